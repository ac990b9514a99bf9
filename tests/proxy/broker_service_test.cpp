#include "broker_fixture.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using fakes::RecordingWriter;
using nlohmann::json;

TEST(BrokerService, UnknownPathsAreNotForwardedOutsideModeClaude) {
  BrokerFixture broker("llama-cpp");
  const RecordingWriter reply = broker.get("/v1/files");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(json::parse(reply.body)["error"]["type"], "not_found_error");
}

TEST(BrokerService, AWrongMethodIsNamed) {
  BrokerFixture broker("llama-cpp");
  EXPECT_EQ(broker.get("/v1/messages").status, 405);
}

TEST(BrokerService, WebPagesAreRefused) {
  BrokerFixture broker("llama-cpp");
  EXPECT_EQ(broker.get("/metrics.json", {{"Host", "127.0.0.1:1"}, {"Origin", "https://evil.example"}}).status,
            403);
  EXPECT_EQ(broker.get("/metrics.json", {{"Host", "evil.example"}}).status, 403);
  EXPECT_EQ(broker.get("/metrics.json", {{"Host", "localhost:1"}, {"sec-fetch-mode", "cors"}}).status, 200);
}

TEST(BrokerService, LocalModelsAreListedUnderANameTheClientShows) {
  BrokerFixture broker("llama-cpp");
  const json list = json::parse(broker.get("/v1/models").body);
  std::vector<std::string> ids;
  for (const json& model : list["data"]) ids.push_back(model["id"]);
  EXPECT_NE(std::find(ids.begin(), ids.end(), "tiny"), ids.end());
  EXPECT_NE(std::find(ids.begin(), ids.end(), "claude-local-tiny"), ids.end());
  EXPECT_EQ(broker.get("/v1/models/claude-local-tiny").status, 200);
  EXPECT_EQ(broker.get("/v1/models/absent").status, 404);
}

TEST(BrokerService, CountTokensIsAnEstimateWhereTheServerCannotCount) {
  BrokerFixture broker("openai");
  const std::string text(3600, 'x');
  const RecordingWriter reply =
      broker.post("/v1/messages/count_tokens?beta=true",
                  json{{"model", "m"}, {"messages", {{{"role", "user"}, {"content", text}}}}}.dump());
  EXPECT_EQ(reply.status, 200);
  EXPECT_NEAR(json::parse(reply.body)["input_tokens"].get<double>(), 1000, 100);
  EXPECT_EQ(reply.headers.get("x-anyclaude-token-count"), "estimated");
}

TEST(BrokerService, HealthSaysWhatIsWrong) {
  BrokerFixture broker("llama-cpp");
  EXPECT_EQ(broker.get("/health/live").status, 200);
  EXPECT_EQ(broker.get("/health/ready").status, 200);
  broker.backend.error = Error{ErrorKind::unavailable, ErrorSource::upstream, Retry::later, "nobody at home"};
  const RecordingWriter reply = broker.get("/health/ready");
  EXPECT_EQ(reply.status, 503);
  EXPECT_NE(reply.body.find("nobody at home"), std::string::npos);
}

}  // namespace
}  // namespace anyclaude
