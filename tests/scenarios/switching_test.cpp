// A running broker is told to use another server, and finds its way back.
#include "config/broker_files.h"
#include "scenarios/whole_house.h"

namespace anyclaude::scenarios {
namespace {

// A house with a second simulated server that speaks Anthropic's dialect.
class TwoServers : public ::testing::Test {
 protected:
  TwoServers()
      : far(std::move(*sim::SimServer::start({}))), house("llama-cpp", {}, {{"claude", far->url()}}) {}

  HttpReply ask(const std::string& method, const std::string& path, const std::string& body = "") const {
    UpstreamRequest request;
    request.method = method;
    request.target = path;
    request.headers.add("Authorization", "Bearer " + *read_admin_token(house.config().store_directory));
    request.body = body;
    auto client = UpstreamClient::create(*parse_url(house.broker->url()));
    auto reply = (*client)->fetch(std::move(request));
    EXPECT_TRUE(reply) << reply.error().message;
    return reply ? *reply : HttpReply{};
  }
  std::uint64_t asked_here() const { return house.sim->engine().stats().snapshot().requests; }
  std::uint64_t asked_there() const { return far->engine().stats().snapshot().requests; }

  std::unique_ptr<sim::SimServer> far;
  WholeHouse house;
};

std::string turn(const std::string& text) {
  return json{{"model", "m"}, {"max_tokens", 50}, {"messages", {{{"role", "user"}, {"content", text}}}}}
      .dump();
}

TEST_F(TwoServers, TheRuntimeFileSaysWhoServesAndGoesWithTheBroker) {
  const auto store = house.config().store_directory;
  auto said = read_running_broker(store);
  ASSERT_TRUE(said);
  EXPECT_EQ(said->url, house.broker->url());
  EXPECT_EQ(said->mode, "llama-cpp");
  ASSERT_EQ(ask("POST", "/admin/mode", R"({"mode":"anthropic"})").status, 200);
  EXPECT_EQ(read_running_broker(store)->mode, "claude");
  house.broker->stop(std::chrono::seconds(1));
  EXPECT_FALSE(read_running_broker(store));
}

TEST_F(TwoServers, EachModeHasItsOwnAnswersAndASwitchBackFindsThem) {
  EXPECT_EQ(status_of(house.post(turn("hello"))), "MISS");
  ASSERT_EQ(ask("POST", "/admin/mode", R"({"mode":"claude"})").status, 200);
  EXPECT_EQ(status_of(house.post(turn("hello"))), "MISS") << "another server's answer is not this one's";
  EXPECT_EQ(asked_here(), 1u);
  EXPECT_EQ(asked_there(), 1u);
  EXPECT_EQ(house.metrics()["mode"], "claude");
  ASSERT_EQ(ask("POST", "/admin/mode", R"({"mode":"llama-cpp"})").status, 200);
  EXPECT_EQ(status_of(house.post(turn("hello"))), "HIT");
  EXPECT_EQ(json::parse(ask("GET", "/admin/status").body)["mode"], "llama-cpp");
}

}  // namespace
}  // namespace anyclaude::scenarios
