// What a request that is made to be slow does to others, and to the end of the broker.
#include <atomic>
#include <future>

#include "whole_house.h"

namespace anyclaude::scenarios {
namespace {

using namespace std::chrono_literals;

json question(const std::string& text) {
  return {{"model", "m"}, {"max_tokens", 16}, {"messages", {{{"role", "user"}, {"content", text}}}}};
}

json blocks(std::size_t count, const std::string& word) {
  json list = json::array();
  for (std::size_t i = 0; i < count; ++i)
    list.push_back({{"type", "text"}, {"text", word + std::to_string(i)}});
  return list;
}

// The second turn of a conversation, whose system prompt is a list of blocks.
std::string second_turn(const std::string& word) {
  json body = question("hostile");
  body["system"] = blocks(40'000, word);
  body["messages"].push_back({{"role", "assistant"}, {"content", "a"}});
  body["messages"].push_back({{"role", "user"}, {"content", "more"}});
  return body.dump();
}

std::string many_tools(std::size_t count) {
  json body = question("hostile");
  body["tools"] = json::array();
  for (std::size_t i = 0; i < count; ++i)
    body["tools"].push_back({{"name", "tool_" + std::to_string(i)}, {"input_schema", {{"type", "object"}}}});
  return body.dump();
}

struct HostileRequests : ::testing::Test {
  // Posts `hostile` and, while it is worked on, small requests that nobody has asked before.
  void expect_others_are_answered(const std::string& hostile) {
    std::atomic<bool> over = false;
    auto slow = std::async(std::launch::async, [&] {
      const HttpReply reply = house.post(hostile);
      over = true;
      return reply.status;
    });
    do {
      const HttpReply reply = house.post(question("small " + std::to_string(++asked)).dump());
      ASSERT_EQ(reply.status, 200) << reply.body;
      ASSERT_EQ(status_of(reply), "MISS");
    } while (!over);
    EXPECT_GT(slow.get(), 0);
  }

  WholeHouse house{"llama-cpp"};
  int asked = 0;
};

TEST_F(HostileRequests, OthersAreAnsweredMeanwhile) {
  expect_others_are_answered(many_tools(100'000));
  expect_others_are_answered(many_tools(4'000));
  expect_others_are_answered(second_turn("one "));
  expect_others_are_answered(second_turn("two "));  // all of it changed since
}

TEST_F(HostileRequests, TheBrokerStopsMeanwhile) {
  (void)house.post(second_turn("one "));
  auto client = UpstreamClient::create(*parse_url(house.broker->url()));
  auto slow = std::async(std::launch::async, [&] {
    return (*client)->fetch(WholeHouse::request_for(second_turn("two ")), 60s).has_value();
  });
  // Until it has come in, the metrics say nothing of it: the broker is asked to stop as soon as it may have.
  (void)house.post(question("small").dump());
  auto stopped = std::async(std::launch::async, [&] { return house.broker->stop(100ms); });
  EXPECT_EQ(stopped.wait_for(30s), std::future_status::ready);
  (void)slow.get();
}

}  // namespace
}  // namespace anyclaude::scenarios
