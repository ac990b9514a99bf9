// The product's promise: Claude Code's own requests go through, stream back, and are answered from the store
// when they come again, also after a restart.
#include "scenarios/whole_house.h"

namespace anyclaude::scenarios {
namespace {

class EitherLane : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Modes, EitherLane, ::testing::Values("llama-cpp", "openai", "claude"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(EitherLane, ASecondSessionWithOtherIdsIsAnsweredFromTheStoreAlsoAfterARestart) {
  WholeHouse house(GetParam());
  const std::vector<std::string> files = {"0002", "0003", "0004"};
  for (const auto& file : files)
    EXPECT_EQ(status_of(house.post(recorded("same_prompt_first_session/" + file))), "MISS") << file;
  const auto asked = house.sim->engine().stats().snapshot().requests;
  for (const auto& file : files)
    EXPECT_EQ(status_of(house.post(recorded("same_prompt_second_session/" + file))), "HIT") << file;
  house.restart_broker();
  for (const auto& file : files)
    EXPECT_EQ(status_of(house.post(recorded("same_prompt_second_session/" + file))), "HIT") << file;
  EXPECT_EQ(house.sim->engine().stats().snapshot().requests, asked) << "a hit never asks the server";
}

TEST_P(EitherLane, RequestsThatDifferInMeaningNeverShareAnAnswer) {
  WholeHouse house(GetParam());
  std::map<std::string, std::string> name_by_key;
  for (const std::string name :
       {"same_prompt_first_session/0002", "same_prompt_first_session/0003", "other_prompt/0002",
        "continue_session/0002", "other_project/0002", "other_project/0004", "subagent/0002", "subagent/0003",
        "subagent/0004", "haiku_model/0002", "interactive_three_turns/0002", "interactive_three_turns/0003",
        "interactive_three_turns/0005", "latest_print/0001", "latest_other_project/0001",
        "latest_interactive/0001", "latest_continue/0001"}) {
    const HttpReply reply = house.post(recorded(name));
    EXPECT_EQ(status_of(reply), "MISS") << name;
    const auto [other, is_new] =
        name_by_key.emplace(std::string(reply.headers.get("x-anyclaude-cache-key")), name);
    EXPECT_TRUE(is_new) << name << " has the key of " << other->second;
  }
}

TEST_P(EitherLane, FormattingAndBookkeepingMakeNoDifference) {
  WholeHouse house(GetParam());
  Recorded request = recorded("other_prompt/0002");
  EXPECT_EQ(status_of(house.post(request)), "MISS");
  Recorded other = request;
  other.body["metadata"]["user_id"] =
      "{\"device_id\":\"d\",\"account_uuid\":\"\",\"session_id\":\"another\"}";
  other.body["system"][0]["text"] =
      "x-anthropic-billing-header: cc_version=2.1.197.fff; cc_entrypoint=cli; cch=12345;";
  other.body["stream"] = false;
  for (json& message : other.body["messages"])
    if (message["content"].is_array())
      for (json& block : message["content"]) block.erase("cache_control");
  other.headers.set("X-Claude-Code-Session-Id", "another");
  EXPECT_EQ(status_of(house.post(other.body.dump(3), other.headers)), "HIT");
  other.body["messages"][0]["content"].back()["text"] = "something else";
  EXPECT_EQ(status_of(house.post(other)), "MISS");
}

TEST_P(EitherLane, TheFirstDeltaArrivesWhileTheModelIsStillSpeaking) {
  sim::SimServerOptions slow;
  slow.engine.pace.decode_tokens_per_second = 2;
  WholeHouse house(GetParam(), std::move(slow));
  auto client = UpstreamClient::create(*parse_url(house.broker->url()));
  const auto call = (*client)->start(WholeHouse::request_for(
      R"({"model":"m","max_tokens":50,"stream":true,"messages":[{"role":"user","content":"speak slowly"}]})"));
  std::string received;
  while (received.find("text_delta") == std::string::npos) {
    UpstreamSignal signal = call->next(-1, std::chrono::seconds(20));
    ASSERT_FALSE(std::holds_alternative<UpstreamDone>(signal)) << received;
    ASSERT_FALSE(std::holds_alternative<NothingYet>(signal)) << received;
    if (const auto* bytes = std::get_if<UpstreamBytes>(&signal)) received += bytes->bytes;
  }
  EXPECT_EQ(received.find("message_stop"), std::string::npos);
  EXPECT_EQ(house.sim->engine().stats().snapshot().completed, 0u);
}

TEST_P(EitherLane, AClientThatLeavesDuringPrefillStopsTheServer) {
  sim::SimServerOptions slow;
  slow.engine.pace.prefill_tokens_per_second = 100;
  WholeHouse house(GetParam(), std::move(slow));
  {
    auto client = UpstreamClient::create(*parse_url(house.broker->url()));
    const auto call = (*client)->start(WholeHouse::request_for(recorded("other_prompt/0002").body.dump()));
    while (!house.sim->engine().slots().view()[0].busy)
      EXPECT_TRUE(std::holds_alternative<NothingYet>(call->next(-1, std::chrono::milliseconds(5))));
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (house.sim->engine().stats().snapshot().cancelled == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(house.sim->engine().stats().snapshot().cancelled, 1u);
}

TEST_P(EitherLane, ReplyFaultsAreErrorsAndAreNeverKept) {
  WholeHouse house(GetParam());
  const std::string body =
      R"({"model":"m","max_tokens":50,"stream":true,"messages":[{"role":"user","content":"break"}]})";
  for (const char* fault : {"status=503", "garbage", "error-after=200"}) {
    house.sim->faults().push(*sim::parse_fault(fault), 1);
    const HttpReply reply = house.post(body);
    EXPECT_EQ(reply.body.find("message_stop"), std::string::npos) << fault;
    EXPECT_EQ(house.metrics()["store"]["entries"], 0) << fault;
  }
  EXPECT_EQ(status_of(house.post(body)), "MISS");
  EXPECT_EQ(status_of(house.post(body)), "HIT");
}

TEST_P(EitherLane, AServerThatIsDownIsAnErrorThatNamesIt) {
  WholeHouse house(GetParam());
  const std::string url = house.sim->url();
  house.sim->stop(std::chrono::milliseconds(0));
  const HttpReply reply =
      house.post(R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":"anybody?"}]})");
  EXPECT_GE(reply.status, 500);
  EXPECT_EQ(json::parse(reply.body)["type"], "error");
  EXPECT_NE(reply.body.find(url.substr(7)), std::string::npos) << reply.body;
}

TEST_P(EitherLane, StoppingLetsARunningReplyFinish) {
  sim::SimServerOptions slow;
  slow.engine.pace.decode_tokens_per_second = 40;
  WholeHouse house(GetParam(), std::move(slow));
  auto client = UpstreamClient::create(*parse_url(house.broker->url()));
  const auto call = (*client)->start(WholeHouse::request_for(
      R"({"model":"m","max_tokens":50,"stream":true,"messages":[{"role":"user","content":"finish me"}]})"));
  while (!std::holds_alternative<UpstreamBytes>(call->next(-1, std::chrono::seconds(20)))) {
  }
  std::thread stopper([&] { house.broker->stop(std::chrono::seconds(20)); });
  std::string received;
  UpstreamEnd end = UpstreamEnd::cut;
  while (true) {
    UpstreamSignal signal = call->next(-1, std::chrono::seconds(20));
    if (const auto* bytes = std::get_if<UpstreamBytes>(&signal)) received += bytes->bytes;
    if (const auto* done = std::get_if<UpstreamDone>(&signal)) {
      end = done->end;
      break;
    }
  }
  stopper.join();
  EXPECT_EQ(end, UpstreamEnd::complete);
  EXPECT_NE(received.find("message_stop"), std::string::npos);
}

TEST(WholeHouse, AStoreIsOpenedOncePerProcess) {
  WholeHouse house("llama-cpp");
  const auto second = BrokerApp::start(house.config(), BackendProfiles::built_in());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().source, ErrorSource::store);
}

}  // namespace
}  // namespace anyclaude::scenarios
