#include "backend/dialect/chat_conversation.h"

#include <cctype>
#include <cstdio>
#include <map>
#include <string_view>
#include <utility>

#include "backend/dialect/block_text.h"
#include "backend/dialect/chat_shape.h"
#include "base/json_text.h"
#include "messages/request/block_visitor.h"

namespace anyclaude {
namespace {

constexpr std::string_view kBetweenTexts = "\n\n";
constexpr std::string_view kImageFollows = "[image: it follows in the next user message]";
constexpr std::string_view kFailedCall = "[the tool call failed]\n";

// Nine letters and digits for each tool id, by first appearance: the strictest form any template asks for
// (Mistral's), and the same whatever the client's ids were.
class CallIds {
 public:
  std::string operator()(const std::string& id) {
    const std::size_t number = numbers_.try_emplace(id, numbers_.size() + 1).first->second;
    std::string digits = std::to_string(number);
    if (digits.size() < 5) digits.insert(0, 5 - digits.size(), '0');
    return "call" + digits;
  }

 private:
  std::map<std::string, std::size_t> numbers_;
};

class ConversationBuilder {
 public:
  ConversationBuilder(const MessagesRequest& request, ImageSupport images)
      : request_(request), images_(images), texts_(request.tools) {}

  std::vector<ChatMessage> build() {
    add_system_prompt();
    for (const Message& message : request_.messages) {
      switch (message.role) {
        case Role::user:
          add_user(message);
          break;
        case Role::system:
          add_reminder(message);
          break;
        case Role::assistant:
          close_user_turn();
          add_assistant(message);
          break;
      }
    }
    close_user_turn();
    return std::move(out_);
  }

 private:
  void add_system_prompt() {
    std::string text;
    for (const TextBlock& block : request_.system) append_text(text, block.text);
    if (text.empty()) return;
    out_.push_back({.role = ChatRole::system, .parts = {{ChatPart::Kind::text, std::move(text)}}});
  }

  static void append_text(std::string& text, std::string_view more) {
    if (more.empty()) return;
    if (!text.empty()) text += kBetweenTexts;
    text += more;
  }

  // --- The person's turn: tool results first, then the rest ---

  void add_user(const Message& message) {
    in_user_turn_ = true;
    visit_blocks(message.content,
                 Overloads{[this](const ToolResultBlock& result) { add_tool_result(result); },
                           [this](const auto& block) { add_part(parts_, block); }});
  }

  void add_tool_result(const ToolResultBlock& result) {
    std::string text;
    visit_blocks(
        result.content,
        Overloads{[&](const ImageBlock& image) { append_text(text, result_image(image)); },
                  [&](const auto& block) { append_text(text, escape_reminder_tags(texts_(block))); }});
    if (result.outcome == ToolOutcome::error) text.insert(0, kFailedCall);
    ChatMessage message{.role = ChatRole::tool, .parts = {{ChatPart::Kind::text, std::move(text)}}};
    message.tool_call_id = call_ids_(result.tool_use_id);
    results_.push_back(std::move(message));
  }

  std::string result_image(const ImageBlock& image) {
    return add_image(result_images_, image) ? std::string(kImageFollows) : image_words(image);
  }

  void add_part(std::vector<ChatPart>& parts, const ImageBlock& image) {
    if (!add_image(parts, image)) parts.push_back({ChatPart::Kind::text, image_words(image)});
  }
  // What is no image is told in words.
  template <typename Block>
  void add_part(std::vector<ChatPart>& parts, const Block& block) {
    if (std::string text = texts_(block); !text.empty())
      parts.push_back({ChatPart::Kind::text, std::move(text)});
  }

  // What the model is told of an image that it cannot be shown.
  std::string image_words(const ImageBlock& image) {
    if (images_ != ImageSupport::none) return texts_(image);
    const std::string& type = image.media_type;
    return "[an image stands here" + (type.empty() ? "" : " (" + type + ")") +
           "; this model server cannot show images to the model]";
  }

  // False for an image that the server does not take or that no URL can name.
  bool add_image(std::vector<ChatPart>& parts, const ImageBlock& image) const {
    if (images_ == ImageSupport::none) return false;
    if (image.source == MediaSource::base64) {
      parts.push_back({ChatPart::Kind::image_url, "data:" + image.media_type + ";base64," + image.data});
      return true;
    }
    if (image.source != MediaSource::url || images_ != ImageSupport::base64_and_url) return false;
    parts.push_back({ChatPart::Kind::image_url, image.data});
    return true;
  }

  // --- System messages in mid-conversation ---

  void add_reminder(const Message& message) {
    std::string text;
    visit_blocks(message.content, [&](const auto& block) { append_text(text, texts_(block)); });
    if (text.empty()) return;
    ChatPart reminder{ChatPart::Kind::text, as_reminder(text)};
    if (!in_user_turn_) {
      opening_.push_back(std::move(reminder));
    } else if (parts_.empty() && result_images_.empty() && !results_.empty()) {
      results_.back().parts.push_back(std::move(reminder));
    } else {
      parts_.push_back(std::move(reminder));
    }
  }

  void close_user_turn() {
    if (!in_user_turn_ && opening_.empty()) return;
    // What stood between a call and its result is sent with the last result.
    std::vector<ChatPart>& opened = results_.empty() ? parts_ : results_.back().parts;
    const auto place = results_.empty() ? opened.begin() : opened.end();
    opened.insert(place, std::make_move_iterator(opening_.begin()), std::make_move_iterator(opening_.end()));

    const bool only_results = !results_.empty() && parts_.empty() && result_images_.empty();
    for (ChatMessage& result : results_) out_.push_back(std::move(result));
    if (!only_results) {
      ChatMessage user{.role = ChatRole::user, .parts = std::move(result_images_)};
      user.parts.insert(user.parts.end(), std::make_move_iterator(parts_.begin()),
                        std::make_move_iterator(parts_.end()));
      out_.push_back(std::move(user));
    }
    parts_.clear();
    opening_.clear();
    results_.clear();
    result_images_.clear();
    in_user_turn_ = false;
  }

  // --- The model's turn ---

  void add_assistant(const Message& message) {
    if (out_.empty() || out_.back().role != ChatRole::assistant)
      out_.push_back({.role = ChatRole::assistant});
    ChatMessage& turn = out_.back();
    visit_blocks(message.content,
                 Overloads{[&](const ToolUseBlock& call) {
                             turn.tool_calls.push_back({call_ids_(call.id), call.name, call.input.text});
                           },
                           [&](const ThinkingBlock& block) { append_text(turn.reasoning, block.thinking); },
                           [&](const auto& block) { add_part(turn.parts, block); }});
  }

  const MessagesRequest& request_;
  const ImageSupport images_;
  BlockTexts texts_;
  std::vector<ChatMessage> out_;
  CallIds call_ids_;

  // The person's turn that is being gathered.
  bool in_user_turn_ = false;
  std::vector<ChatPart> opening_;  // reminders that came before the turn began
  std::vector<ChatMessage> results_;
  std::vector<ChatPart> result_images_;
  std::vector<ChatPart> parts_;
};

}  // namespace

std::vector<ChatMessage> to_chat_conversation(const MessagesRequest& request, ImageSupport images) {
  return ConversationBuilder(request, images).build();
}

std::string chat_tool_json(const Tool& tool, ToolSchemas schemas) {
  std::string out = R"({"type":"function","function":{"name":)";
  append_json_string(out, tool.name);
  if (!tool.description.empty()) {
    out += R"(,"description":)";
    append_json_string(out, tool.description);
  }
  out += R"(,"parameters":)";
  out += shaped_schema(tool, schemas);
  out += "}}";
  return out;
}

}  // namespace anyclaude
