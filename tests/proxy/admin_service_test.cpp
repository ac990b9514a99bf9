#include "broker_fixture.h"
#include "fakes/reply_texts.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using fakes::RecordingWriter;
using nlohmann::json;

constexpr const char* kToken = "the-token";

// A broker with a local and a far server, and the client's end of its admin paths.
class Admin : public ::testing::Test {
 protected:
  RecordingWriter ask(std::string method, std::string path, std::string body, HeaderFields headers,
                      std::string peer = "127.0.0.1") {
    HttpRequest request;
    request.method = std::move(method);
    request.target = request.path = std::move(path);
    request.headers = std::move(headers);
    if (!request.headers.has("Host")) request.headers.add("Host", "127.0.0.1:1234");
    request.body = std::move(body);
    request.peer = std::move(peer);
    RecordingWriter writer;
    service.handle(request, writer);
    return writer;
  }
  RecordingWriter switch_to(const std::string& mode) {
    return ask("POST", "/admin/mode", json{{"mode", mode}}.dump(), authorized());
  }
  static HeaderFields authorized() { return {{"Authorization", std::string("Bearer ") + kToken}}; }
  static std::string error_type(const RecordingWriter& reply) {
    return json::parse(reply.body)["error"]["type"];
  }

  BrokerFixture broker{"llama-cpp", {}, {{{"far", "claude"}}}};
  fakes::FakeBackend& far = *broker.others.at("far");
  std::string mode_told;
  BrokerService service{broker.parts,
                        {kToken,
                         {"http://here", 7, "1", "llama-cpp", "d", "t"},
                         &broker.store->maintenance(),
                         [this](const std::string& mode) { mode_told = mode; }}};
};

TEST_F(Admin, SwitchesTheModeForRequestsThatBeginAfterwards) {
  const RecordingWriter reply = switch_to("far");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(json::parse(reply.body), (json{{"mode", "far"}, {"was", "llama-cpp"}}));
  EXPECT_EQ(mode_told, "far");
  EXPECT_EQ(broker.metrics()["mode"], "far");
  far.upstream.expect_reply(200, fakes::json_type(), {R"({"data":[]})"});
  EXPECT_EQ(broker.get("/v1/models").body, R"({"data":[]})") << "the far server's list, byte for byte";
}

TEST_F(Admin, ARequestUnderWayEndsWhereItBegan) {
  broker.backend.upstream.expect_reply(200, fakes::event_stream(), fakes::chat_stream({"from here"}));
  RecordingWriter client;
  client.before_last_bytes = [&] { EXPECT_EQ(switch_to("far").status, 200); };
  broker.post_to(client, "/v1/messages",
                 R"({"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"x"}]})");
  EXPECT_NE(client.body.find("from here"), std::string::npos);
  EXPECT_NE(client.body.find("message_stop"), std::string::npos);
  EXPECT_EQ(broker.backends.current().name, "far");
}

TEST_F(Admin, AnUnknownModeNamesTheNearestAndChangesNothing) {
  const RecordingWriter reply = switch_to("fra");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(error_type(reply), "invalid_request_error");
  EXPECT_NE(reply.body.find("'far'"), std::string::npos) << reply.body;
  EXPECT_EQ(broker.metrics()["mode"], "llama-cpp");
  for (const char* body : {"", "[]", "{}", R"({"mode":1})"})
    EXPECT_EQ(ask("POST", "/admin/mode", body, authorized()).status, 400) << body;
}

TEST_F(Admin, WithoutTheTokenNothingIsDone) {
  const std::string body = R"({"mode":"far"})";
  for (const HeaderFields& headers : {HeaderFields{}, HeaderFields{{"Authorization", "Bearer "}},
                                      HeaderFields{{"Authorization", "Bearer wrong"}},
                                      HeaderFields{{"Authorization", std::string("Basic ") + kToken}},
                                      HeaderFields{{"x-anyclaude-admin-token", "the-toke"}}}) {
    const RecordingWriter reply = ask("POST", "/admin/mode", body, headers);
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(error_type(reply), "authentication_error");
  }
  EXPECT_EQ(broker.post("/admin/mode", body, authorized()).status, 403) << "a broker that has no token";
  EXPECT_EQ(broker.metrics()["mode"], "llama-cpp");
  EXPECT_EQ(ask("POST", "/admin/mode", body, {{"x-anyclaude-admin-token", kToken}}).status, 200);
}

TEST_F(Admin, OtherMachinesAndWebPagesAreRefusedEvenWithTheToken) {
  const std::string body = R"({"mode":"far"})";
  EXPECT_EQ(ask("POST", "/admin/mode", body, authorized(), "192.168.1.7").status, 403);
  HeaderFields page = authorized();
  page.add("Origin", "https://evil.example");
  EXPECT_EQ(ask("POST", "/admin/mode", body, page).status, 403);
  HeaderFields rebound = authorized();
  rebound.add("Host", "evil.example");
  EXPECT_EQ(ask("POST", "/admin/mode", body, rebound).status, 403);
  EXPECT_EQ(broker.metrics()["mode"], "llama-cpp");
  EXPECT_EQ(ask("POST", "/admin/mode", body, authorized(), "::1").status, 200);
}

TEST_F(Admin, StatusSaysWhoRuns) {
  const json said = json::parse(ask("GET", "/admin/status", "", authorized()).body);
  EXPECT_EQ(said["mode"], "llama-cpp");
  EXPECT_EQ(said["pid"], 7);
  EXPECT_EQ(said["backends"], (json{"llama-cpp", "far"}));
  EXPECT_EQ(said["backend_url"], "http://127.0.0.1:9");
}

TEST_F(Admin, CompactingIsTheStoresWorkAndItsFiguresAreTold) {
  const RecordingWriter reply = ask("POST", "/admin/compact", "", authorized());
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(json::parse(reply.body).contains("bytes_after"));
  EXPECT_EQ(ask("POST", "/admin/compact", "", {}).status, 401);
}

TEST_F(Admin, UnknownPathsAndWrongMethodsAreNamed) {
  EXPECT_EQ(ask("GET", "/admin/mode", "", authorized()).status, 405);
  EXPECT_EQ(ask("POST", "/admin/nothing", "", authorized()).status, 404);
}

}  // namespace
}  // namespace anyclaude
