// What count_tokens says of a prompt is what the server reports when it reads it.
#include "scenarios/whole_house.h"

namespace anyclaude::scenarios {
namespace {

HttpReply count(const WholeHouse& house, const Recorded& request) {
  UpstreamRequest question = WholeHouse::request_for(request.body.dump(), request.headers);
  question.target = "/v1/messages/count_tokens?beta=true";
  auto client = UpstreamClient::create(*parse_url(house.broker->url()));
  return *(*client)->fetch(std::move(question), std::chrono::seconds(30));
}

TEST(CountTokens, AgreesWithWhatTheServerReportsOfTheSamePrompt) {
  WholeHouse house("llama-cpp");
  for (const std::string name : {"other_prompt/0002", "subagent/0003", "latest_continue/0001"}) {
    Recorded request = recorded(name);
    request.body["stream"] = false;
    const HttpReply counted = count(house, request);
    EXPECT_EQ(counted.headers.get("x-anyclaude-token-count"), "exact") << name;
    const json usage = json::parse(house.post(request).body)["usage"];
    EXPECT_EQ(json::parse(counted.body)["input_tokens"],
              usage["input_tokens"].get<int>() + usage.value("cache_read_input_tokens", 0))
        << name;
  }
}

TEST(CountTokens, AServerThatOnlyAnswersIsEstimated) {
  WholeHouse house("openai");
  const Recorded request = recorded("other_prompt/0002");
  EXPECT_EQ(count(house, request).headers.get("x-anyclaude-token-count"), "estimated");
}

}  // namespace
}  // namespace anyclaude::scenarios
