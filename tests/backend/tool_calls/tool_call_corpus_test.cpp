#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include "messages/json/json_document.h"
#include "tests/backend/decoding.h"
#include "tests/backend/tool_offers.h"
#include "tests/fakes/native_profile.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

// A file of cases: {name, text, reasoning?, finish_reason?, content, stop_reason}.
std::vector<std::filesystem::path> case_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(ANYCLAUDE_TEST_DATA) + "/tool_calls"))
    if (entry.path().stem() != "tools") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::vector<std::string> characters(const std::string& text) {
  std::vector<std::string> out;
  for (const char c : text)
    if (!out.empty() && (static_cast<unsigned char>(c) & 0xC0) == 0x80) {
      out.back() += c;
    } else {
      out.emplace_back(1, c);
    }
  return out;
}

using Splitter = std::function<std::vector<std::string>(const std::string&)>;

std::vector<std::string> in_random_pieces(const std::string& text, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::string> pieces;
  std::size_t left = 0;
  for (const std::string& character : characters(text)) {
    if (left == 0) {
      pieces.emplace_back();
      left = 1 + random() % 9;
    }
    pieces.back() += character;
    --left;
  }
  return pieces;
}

std::string reply_events(const Json& each, const Splitter& split) {
  std::string body;
  const auto say = [&body](const Json& delta, const Json& finish) {
    const Json chunk = {{"choices", {{{"index", 0}, {"delta", delta}, {"finish_reason", finish}}}}};
    body += "data: " + chunk.dump() + "\n\n";
  };
  for (const std::string& piece : split(each.value("reasoning", "")))
    say({{"reasoning_content", piece}}, nullptr);
  for (const std::string& piece : split(each["text"])) say({{"content", piece}}, nullptr);
  say(Json::object(), each.value("finish_reason", "stop"));
  return body + "data: [DONE]\n\n";
}

// Blocks as the corpus writes them.
Json short_content(const Json& message) {
  Json content = Json::array();
  for (const Json& block : message["content"]) {
    if (block["type"] == "text") content.push_back({{"text", block["text"]}});
    if (block["type"] == "thinking") content.push_back({{"thinking", block["thinking"]}});
    if (block["type"] == "tool_use") content.push_back({{"call", block["name"]}, {"input", block["input"]}});
  }
  return content;
}

Json outcome(const Json& each, const Splitter& split, RescueMode rescue = RescueMode::on) {
  Decoding decoding(kEventStream, {}, corpus_tools(), rescue);
  const Json message = decoding.feed(reply_events(each, split)).end().message();
  return {{"content", short_content(message)}, {"stop_reason", message["stop_reason"]}};
}

Json outcome_of_whole_reply(const Json& each) {
  Json said = {{"role", "assistant"}, {"content", each["text"]}};
  if (each.contains("reasoning")) said["reasoning_content"] = each["reasoning"];
  const Json reply = {
      {"choices", {{{"message", said}, {"finish_reason", each.value("finish_reason", "stop")}}}}};
  Decoding decoding("application/json", {}, corpus_tools());
  const Json message = decoding.feed(reply.dump()).end().message();
  return {{"content", short_content(message)}, {"stop_reason", message["stop_reason"]}};
}

// --- The same of an endpoint that speaks Anthropic's interface ---

std::string native_reason(const Json& each) {
  const std::string reason = each.value("finish_reason", "stop");
  if (reason == "length") return "max_tokens";
  if (reason == "content_filter") return "refusal";
  return reason == "tool_calls" ? "tool_use" : "end_turn";
}

std::string native_events(const Json& each, const Splitter& split) {
  std::string body;
  int index = 0;
  const auto say = [&body](Json event) { body += "data: " + event.dump() + "\n\n"; };
  const auto block = [&](const char* type, const char* member, const std::string& text) {
    if (text.empty()) return;
    say({{"type", "content_block_start"},
         {"index", index},
         {"content_block", {{"type", type}, {member, ""}}}});
    for (const std::string& piece : split(text))
      say({{"type", "content_block_delta"},
           {"index", index},
           {"delta", {{"type", std::string(member) + "_delta"}, {member, piece}}}});
    say({{"type", "content_block_stop"}, {"index", index++}});
  };
  say({{"type", "message_start"}, {"message", {{"content", Json::array()}}}});
  block("thinking", "thinking", each.value("reasoning", ""));
  block("text", "text", each["text"]);
  say({{"type", "message_delta"}, {"delta", {{"stop_reason", native_reason(each)}}}});
  say({{"type", "message_stop"}});
  return body;
}

Json native_outcome(std::string_view body, std::string_view type) {
  Decoding decoding(type, {}, corpus_tools(), RescueMode::on, native_profile("llama-cpp"));
  const Json message = decoding.feed(body).end().message();
  return {{"content", short_content(message)}, {"stop_reason", message["stop_reason"]}};
}

Json native_whole_reply(const Json& each) {
  Json content = Json::array();
  if (each.contains("reasoning")) content.push_back({{"type", "thinking"}, {"thinking", each["reasoning"]}});
  content.push_back({{"type", "text"}, {"text", each["text"]}});
  return {{"type", "message"}, {"content", content}, {"stop_reason", native_reason(each)}};
}

class ToolCallCorpus : public testing::TestWithParam<std::filesystem::path> {
 protected:
  Json cases() const {
    std::ifstream file(GetParam());
    return Json::parse(file);
  }
};

TEST_P(ToolCallCorpus, ComesOutAsExpectedHoweverItIsSplit) {
  for (const Json& each : cases()) {
    const Json expected = {{"content", each["content"]}, {"stop_reason", each["stop_reason"]}};
    SCOPED_TRACE(each["name"].get<std::string>() + ": " + each["text"].get<std::string>());
    const auto whole = [](const std::string& text) {
      return text.empty() ? std::vector<std::string>() : std::vector{text};
    };
    EXPECT_EQ(outcome(each, whole), expected);
    EXPECT_EQ(outcome(each, characters), expected);
    EXPECT_EQ(outcome_of_whole_reply(each), expected);
    for (unsigned seed = 1; seed <= 4; ++seed) {
      const auto pieces = [seed](const std::string& text) { return in_random_pieces(text, seed); };
      ASSERT_EQ(outcome(each, pieces), expected) << "seed " << seed;
    }
    // Cut in two at many places, all of them where the text is short.
    const std::size_t length = characters(each["text"]).size();
    for (std::size_t cut = 1; cut < length; cut += 1 + length / 64) {
      const auto halves = [cut](const std::string& text) {
        std::vector<std::string> out(2);
        std::size_t at = 0;
        for (const std::string& character : characters(text)) out[at++ < cut ? 0 : 1] += character;
        return out;
      };
      ASSERT_EQ(outcome(each, halves), expected) << "cut at " << cut;
    }
  }
}

TEST_P(ToolCallCorpus, ComesOutTheSameOfANativeEndpoint) {
  for (const Json& each : cases()) {
    const Json expected = {{"content", each["content"]}, {"stop_reason", each["stop_reason"]}};
    SCOPED_TRACE(each["name"].get<std::string>() + ": " + each["text"].get<std::string>());
    EXPECT_EQ(native_outcome(native_events(each, characters), kEventStream), expected);
    EXPECT_EQ(native_outcome(native_whole_reply(each).dump(), "application/json"), expected);
    for (unsigned seed = 1; seed <= 2; ++seed) {
      const auto pieces = [seed](const std::string& text) { return in_random_pieces(text, seed); };
      ASSERT_EQ(native_outcome(native_events(each, pieces), kEventStream), expected) << "seed " << seed;
    }
  }
}

TEST_P(ToolCallCorpus, IsNotTouchedWhenRescueIsOff) {
  for (const Json& each : cases()) {
    SCOPED_TRACE(each["name"].get<std::string>());
    Json content = Json::array();
    if (each.contains("reasoning")) content.push_back({{"thinking", each["reasoning"]}});
    if (!each["text"].get_ref<const std::string&>().empty()) content.push_back({{"text", each["text"]}});
    EXPECT_EQ(outcome(each, characters, RescueMode::off)["content"], content);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, ToolCallCorpus, testing::ValuesIn(case_files()),
                         [](const auto& info) { return info.param.stem().string(); });

TEST(ToolCallCorpusFiles, HoldEnoughOfBothKinds) {
  std::size_t calls = 0;
  std::size_t prose = 0;
  std::set<std::string> names;
  for (const auto& path : case_files()) {
    std::ifstream file(path);
    for (const Json& each : Json::parse(file)) {
      EXPECT_TRUE(names.insert(path.stem().string() + "/" + each["name"].get<std::string>()).second);
      const bool has_call =
          std::ranges::any_of(each["content"], [](const Json& block) { return block.contains("call"); });
      ++(has_call ? calls : prose);
    }
  }
  EXPECT_GE(calls, 60u);
  EXPECT_GE(prose, 40u);
}

}  // namespace
}  // namespace anyclaude
