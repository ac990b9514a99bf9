#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

#include "backend/tokens/token_estimate.h"
#include "tests/backend/request_text.h"

namespace anyclaude {
namespace {

using nlohmann::json;

std::string user_text(std::size_t bytes) {
  return R"({"role":"user","content":")" + std::string(bytes, 'a') + "\"}";
}

json read_json(const std::string& name) {
  std::ifstream file(std::string(ANYCLAUDE_TEST_DATA) + "/" + name);
  return json::parse(file);
}

// A request and its tokens as a real vocabulary counts them.
struct Counted {
  std::string name;
  MessagesRequest request;
  std::uint64_t tokens = 0;
};

// What Claude Code sent: system prompt and tools are nearly all of it.
std::vector<Counted> recordings() {
  std::vector<Counted> all;
  const json counts = read_json("token_counts/qwen2.json");
  for (const auto& [name, tokens] : counts.at("recordings").items())
    all.push_back({name, request_from(read_json("recordings/" + name).at("body").dump()), tokens});
  return all;
}

// One conversation after each of its turns: files read and edited, and talk about them.
std::vector<Counted> conversation() {
  std::vector<Counted> all;
  const json whole = read_json("token_counts/long_conversation.json");
  const json counts = read_json("token_counts/qwen2.json");
  for (const json& turn : counts.at("long_conversation")) {
    json body = whole;
    auto& messages = body["messages"].get_ref<json::array_t&>();
    messages.resize(turn.at("messages").get<std::size_t>());
    all.push_back(
        {"turn of " + std::to_string(messages.size()), request_from(body.dump()), turn.at("tokens")});
  }
  return all;
}

// The largest error of an estimate, of prompts that are worth an estimate.
double worst_error_percent(const TokenCalibration& calibration, std::span<const Counted> prompts) {
  double worst = 0;
  for (const Counted& prompt : prompts) {
    if (prompt.tokens < 2'000) continue;
    const double estimate = static_cast<double>(calibration.estimate("m", prompt.request));
    worst = std::max(worst, std::abs(estimate / static_cast<double>(prompt.tokens) - 1) * 100);
  }
  return worst;
}

void learn(TokenCalibration& calibration, std::span<const Counted> prompts) {
  for (const Counted& prompt : prompts) calibration.learn("m", prompt.request, prompt.tokens);
}

void expect_below_five_percent(double error, const char* of_what) {
  std::printf("largest error after ten requests, %s: %.1f %%\n", of_what, error);
  EXPECT_LT(error, 5) << of_what;
}

TEST(TokenCalibration, IsWithinFivePercentOfARealVocabularyAfterTenRequests) {
  const auto heads = recordings();
  const auto talk = conversation();
  ASSERT_GT(heads.size(), 20u);
  ASSERT_GT(talk.size(), 15u);
  EXPECT_GT(worst_error_percent({}, heads), 20) << "the usual rates do not know this vocabulary";

  TokenCalibration of_heads;
  learn(of_heads, std::span(heads).first(10));
  expect_below_five_percent(worst_error_percent(of_heads, std::span(heads).subspan(10)), "system and tools");
  TokenCalibration of_talk;
  learn(of_talk, std::span(talk).first(10));
  expect_below_five_percent(worst_error_percent(of_talk, std::span(talk).subspan(10)), "messages");

  TokenCalibration of_both;
  for (std::size_t i = 0; i < 5; ++i) {
    learn(of_both, std::span(heads).subspan(i * 5, 1));
    learn(of_both, std::span(talk).subspan(i * 2, 1));
  }
  expect_below_five_percent(worst_error_percent(of_both, heads), "system and tools, after five of each");
  expect_below_five_percent(worst_error_percent(of_both, talk), "messages, after five of each");
}

TEST(TokenCalibration, FollowsAServerThatCountsInAnotherWay) {
  const auto request = request_with(user_text(50'000));
  TokenCalibration calibration;
  for (int i = 0; i < 300; ++i) calibration.learn("m", request, 12'000);
  for (int i = 0; i < 100; ++i) calibration.learn("m", request, 20'000);
  EXPECT_NEAR(static_cast<double>(calibration.estimate("m", request)), 20'000, 600);
}

TEST(TokenCalibration, KeepsModelsApartAndOnlySoMany) {
  const auto request = request_with(user_text(50'000));
  TokenCalibration calibration;
  const auto usual = calibration.estimate("a", request);
  for (int i = 0; i < 10; ++i) calibration.learn("a", request, 20'000);
  EXPECT_NEAR(static_cast<double>(calibration.estimate("a", request)), 20'000, 400);
  EXPECT_EQ(calibration.estimate("b", request), usual);
  for (int i = 0; i < 100; ++i) calibration.learn("other " + std::to_string(i), request, 20'000);
  EXPECT_EQ(calibration.estimate("a", request), usual) << "it was not used for longest";
}

TEST(TokenCalibration, IgnoresReportsThatCannotBeTrue) {
  TokenCalibration calibration;
  const auto request = request_with(user_text(50'000));
  const auto before = calibration.estimate("m", request);
  calibration.learn("m", request, 0);
  calibration.learn("m", request, 3);
  calibration.learn("m", request, 50'000'000);
  calibration.learn("m", request_with(user_text(100)), 60);
  EXPECT_EQ(calibration.estimate("m", request), before);
}

}  // namespace
}  // namespace anyclaude
