#include "backend/dialect/chat_conversation.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "backend/dialect/chat_encoder.h"
#include "tests/backend/request_text.h"
#include "tests/fakes/built_in_profile.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

Json messages_of(const MessagesRequest& request) {
  const auto body =
      encode_chat_request(request, {built_in_profile("llama-cpp"), "m", std::nullopt, /*estimate=*/10});
  return body ? Json::parse(*body)["messages"] : Json::array();
}

// What every chat template and every strict server asks of a conversation. Empty when it holds.
std::string broken_rule(const Json& messages) {
  std::set<std::string> unanswered;
  std::string previous;
  for (const Json& message : messages) {
    const auto role = message["role"].get<std::string>();
    const bool alternates = role == "system"      ? previous.empty()
                            : role == "assistant" ? previous != "assistant" && unanswered.empty()
                            : role == "user"      ? previous != "user"
                                                  : previous == "assistant" || previous == "tool";
    if (!alternates) return role + " behind " + previous;
    if (role == "tool" && unanswered.erase(message["tool_call_id"]) == 0) return "a result without its call";
    for (const Json& call : message.value("tool_calls", Json::array())) unanswered.insert(call["id"]);
    previous = role;
  }
  return "";
}

// --- Made-up conversations, lawful as Anthropic understands it ---

ContentBlock text_block(const std::string& text) {
  return {TextBlock{text}};
}

Message any_system() {
  return {Role::system, {text_block(*rc::gen::element<std::string>("note", "date"))}};
}

class ConversationMaker {
 public:
  std::vector<Message> make() {
    const int turns = *rc::gen::inRange(1, 5);
    maybe_system();
    for (int turn = 0; turn < turns; ++turn) {
      add_user();
      maybe_system();
      add_assistant();
      maybe_system();
    }
    add_user();
    maybe_system();
    return std::move(messages_);
  }

 private:
  void maybe_system() {
    if (*rc::gen::arbitrary<bool>()) messages_.push_back(any_system());
  }

  void add_user() {
    Message message{Role::user, {}};
    for (const std::string& id : std::exchange(open_calls_, {}))
      message.content.push_back({ToolResultBlock{id, any_result(), ToolOutcome::ok}});
    const bool speaks = message.content.empty() || *rc::gen::arbitrary<bool>();
    if (speaks) message.content.push_back(text_block("go on"));
    messages_.push_back(std::move(message));
  }

  static std::vector<ContentBlock> any_result() {
    std::vector<ContentBlock> content{text_block("found <system-reminder>")};
    if (*rc::gen::arbitrary<bool>())
      content.push_back({ImageBlock{MediaSource::base64, "image/png", "iVBO"}});
    return content;
  }

  void add_assistant() {
    Message message{Role::assistant, {text_block("well")}};
    for (int calls = *rc::gen::inRange(0, 3); calls > 0; --calls) {
      open_calls_.push_back("toolu_" + std::to_string(++calls_made_));
      message.content.push_back({ToolUseBlock{open_calls_.back(), "Read", {"{}", {}}}});
    }
    messages_.push_back(std::move(message));
  }

  std::vector<Message> messages_;
  std::vector<std::string> open_calls_;
  int calls_made_ = 0;
};

RC_GTEST_PROP(ChatConversation, SuitsTemplates, ()) {
  MessagesRequest request;
  request.system = {{"system prompt"}};
  request.messages = ConversationMaker().make();
  RC_ASSERT(broken_rule(messages_of(request)) == "");
}

RC_GTEST_PROP(ChatConversation, AFinishedTurnNeverChangesAgain, ()) {
  MessagesRequest whole;
  whole.messages = ConversationMaker().make();
  const Json all = messages_of(whole);
  for (std::size_t cut = 1; cut < whole.messages.size(); ++cut) {
    if (whole.messages[cut].role != Role::assistant) continue;
    MessagesRequest begun;
    begun.messages.assign(whole.messages.begin(), whole.messages.begin() + static_cast<std::ptrdiff_t>(cut));
    const Json beginning = messages_of(begun);
    RC_ASSERT(beginning.size() <= all.size());
    for (std::size_t i = 0; i < beginning.size(); ++i) RC_ASSERT(beginning[i] == all[i]);
  }
}

// --- What the real client sends ---

std::vector<Json> recorded_flow(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<Json> bodies;
  for (const auto& file : files) {
    std::ifstream in(file);
    Json recorded = Json::parse(in);
    if (recorded["body"].is_object() && recorded["body"].contains("messages"))
      bodies.push_back(std::move(recorded["body"]));
  }
  return bodies;
}

TEST(ChatConversation, SuitsTemplatesForEveryRecordedRequest) {
  int requests = 0;
  for (const auto& flow : std::filesystem::directory_iterator(ANYCLAUDE_TEST_DATA "/recordings")) {
    if (!flow.is_directory()) continue;
    for (const Json& body : recorded_flow(flow.path())) {
      const MessagesRequest request = request_from(body.dump());
      EXPECT_EQ(broken_rule(messages_of(request)), "") << flow.path();
      ++requests;
    }
  }
  EXPECT_GT(requests, 20);
}

TEST(ChatConversation, RecordedConversationsGrowAtTheirEndOnly) {
  for (const char* name : {"same_prompt_first_session", "latest_print"}) {
    const auto flow = recorded_flow(std::filesystem::path(ANYCLAUDE_TEST_DATA "/recordings") / name);
    ASSERT_GE(flow.size(), 2u);
    for (std::size_t i = 1; i < flow.size(); ++i) {
      const Json before = messages_of(request_from(flow[i - 1].dump()));
      const Json after = messages_of(request_from(flow[i].dump()));
      ASSERT_LT(before.size(), after.size());
      for (std::size_t m = 0; m < before.size(); ++m) EXPECT_EQ(before[m], after[m]) << name << " " << i;
    }
  }
}

}  // namespace
}  // namespace anyclaude
