#include "backend/chat_encoder.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "backend/chat_conversation.h"
#include "base/json_text.h"

namespace anyclaude {
namespace {

// Writes the members of one JSON object, in the order of the calls.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

  std::string& member(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_json_string(member(name), value); }
  void json(std::string_view name, std::string_view value) { member(name) += value; }
  void close() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

template <typename Range, typename Write>
void append_list(std::string& out, const Range& range, Write write) {
  out += '[';
  bool first = true;
  for (const auto& item : range) {
    if (!first) out += ',';
    first = false;
    write(item);
  }
  out += ']';
}

// The shortest text that reads back as the same number.
std::string number_text(double value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return error == std::errc() ? std::string(buffer.data(), end) : "0";
}

class ChatBodyWriter {
 public:
  ChatBodyWriter(const MessagesRequest& request, const ChatEncoding& encoding)
      : request_(request), encoding_(encoding), body_(out_) {}

  std::string write() {
    // mlx-lm loads a model for any name it is given, so an unknown one is not sent at all.
    if (!encoding_.model.empty()) body_.text("model", encoding_.model);
    write_messages();
    write_tools();
    write_max_tokens();
    write_sampling();
    write_response_format();
    write_thinking();
    body_.json("stream", "true");
    body_.json("stream_options", R"({"include_usage":true})");
    if (is_llama_cpp()) {
      body_.json("cache_prompt", "true");
      body_.json("return_progress", "false");
    }
    body_.close();
    return std::move(out_);
  }

 private:
  bool is_llama_cpp() const { return encoding_.profile.server.reports == SlotReports::llama_cpp; }

  // --- Messages ---

  void write_messages() {
    const std::vector<ChatMessage> messages = to_chat_conversation(request_);
    append_list(body_.member("messages"), messages, [this](const ChatMessage& m) { write_message(m); });
  }

  void write_message(const ChatMessage& message) {
    ObjectWriter object(out_);
    switch (message.role) {
      case ChatRole::system:
        object.text("role", "system");
        break;
      case ChatRole::user:
        object.text("role", "user");
        break;
      case ChatRole::assistant:
        object.text("role", "assistant");
        break;
      case ChatRole::tool:
        object.text("role", "tool");
        object.text("tool_call_id", message.tool_call_id);
        break;
    }
    write_reasoning(object, message);
    write_content(object, message);
    if (!message.tool_calls.empty()) {
      append_list(object.member("tool_calls"), message.tool_calls,
                  [this](const ChatToolCall& call) { write_call(call); });
    }
    object.close();
  }

  void write_reasoning(ObjectWriter& object, const ChatMessage& message) {
    if (message.reasoning.empty()) return;
    switch (encoding_.profile.request.reasoning_in_history) {
      case ReasoningField::none:
        break;
      case ReasoningField::reasoning_content:
        object.text("reasoning_content", message.reasoning);
        break;
      case ReasoningField::reasoning:
        object.text("reasoning", message.reasoning);
        break;
    }
  }

  // A plain string wherever there is only text: some servers take nothing else, and templates treat the two
  // forms differently.
  static void write_content(ObjectWriter& object, const ChatMessage& message) {
    const bool has_image =
        std::ranges::find(message.parts, ChatPart::Kind::image_url, &ChatPart::kind) != message.parts.end();
    if (!has_image) {
      object.text("content", joined_text(message));
      return;
    }
    std::string& out = object.member("content");
    append_list(out, message.parts, [&out](const ChatPart& part) {
      ObjectWriter entry(out);
      if (part.kind == ChatPart::Kind::text) {
        entry.text("type", "text");
        entry.text("text", part.value);
      } else {
        entry.text("type", "image_url");
        entry.json("image_url", R"({"url":)" + json_string(part.value) + '}');
      }
      entry.close();
    });
  }

  // What the model said was one text until it was cut into blocks; what a person's turn holds are paragraphs.
  static std::string joined_text(const ChatMessage& message) {
    const std::string_view between = message.role == ChatRole::assistant ? "" : "\n\n";
    std::string text;
    for (const ChatPart& part : message.parts) {
      if (!text.empty()) text += between;
      text += part.value;
    }
    return text;
  }

  void write_call(const ChatToolCall& call) {
    ObjectWriter object(out_);
    object.text("id", call.id);
    object.text("type", "function");
    ObjectWriter function(object.member("function"));
    function.text("name", call.name);
    function.text("arguments", call.arguments_json);
    function.close();
    object.close();
  }

  // --- Tools ---

  void write_tools() {
    std::vector<const Tool*> offered;
    for (const Tool& tool : request_.tools)
      if (tool.loading == ToolLoading::immediate) offered.push_back(&tool);
    if (offered.empty()) return;
    append_list(body_.member("tools"), offered, [this](const Tool* tool) { out_ += chat_tool_json(*tool); });
    if (request_.tool_choice) write_tool_choice(*request_.tool_choice, offered);
  }

  void write_tool_choice(const ToolChoice& choice, const std::vector<const Tool*>& offered) {
    switch (choice.kind) {
      case ToolChoiceKind::automatic:  // what a server does unasked
        break;
      case ToolChoiceKind::any:
        body_.text("tool_choice", "required");
        break;
      case ToolChoiceKind::none:
        body_.text("tool_choice", "none");
        break;
      case ToolChoiceKind::named:
        // A deferred tool is not in the block, so no server could be held to it by name.
        if (std::ranges::find(offered, choice.name, &Tool::name) == offered.end()) {
          body_.text("tool_choice", "required");
        } else {
          body_.json("tool_choice",
                     R"({"type":"function","function":{"name":)" + json_string(choice.name) + "}}");
        }
        break;
    }
    if (choice.parallel == ParallelTools::forbidden) body_.json("parallel_tool_calls", "false");
  }

  // --- Settings ---

  void write_max_tokens() {
    std::uint64_t tokens = request_.max_tokens;
    if (encoding_.context_tokens) {
      const std::uint64_t context = *encoding_.context_tokens;
      const std::uint64_t prompt = encoding_.prompt_tokens_estimate;
      tokens = std::min(tokens, context > prompt ? context - prompt : 1);
    }
    const bool newer = encoding_.profile.request.max_tokens == MaxTokensField::max_completion_tokens;
    body_.json(newer ? "max_completion_tokens" : "max_tokens", std::to_string(tokens));
  }

  void write_sampling() {
    if (request_.temperature) body_.json("temperature", number_text(*request_.temperature));
    if (request_.top_p) body_.json("top_p", number_text(*request_.top_p));
    if (request_.top_k && encoding_.profile.request.top_k)
      body_.json("top_k", std::to_string(*request_.top_k));
    if (!request_.stop_sequences.empty()) {
      append_list(body_.member("stop"), request_.stop_sequences,
                  [this](const std::string& stop) { append_json_string(out_, stop); });
    }
  }

  void write_response_format() {
    if (!request_.output.json_schema) return;
    body_.json("response_format",
               R"({"type":"json_schema","json_schema":{"name":"output","strict":true,"schema":)" +
                   *request_.output.json_schema + "}}");
  }

  void write_thinking() {
    if (!is_llama_cpp()) return;
    // llama.cpp refuses to go on with a begun answer while thinking is enabled, which is its default.
    const bool is_begun = !request_.messages.empty() && request_.messages.back().role == Role::assistant;
    if (is_begun || request_.thinking.mode == ThinkingMode::disabled) {
      body_.json("chat_template_kwargs", R"({"enable_thinking":false})");
    } else if (request_.thinking.mode == ThinkingMode::enabled) {
      body_.json("chat_template_kwargs", R"({"enable_thinking":true})");
    }
  }

  const MessagesRequest& request_;
  const ChatEncoding& encoding_;
  std::string out_;
  ObjectWriter body_;
};

tl::unexpected<Error> refuse(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::client, std::move(message));
}

Status check(const MessagesRequest& request) {
  for (const Tool& tool : request.tools) {
    if (tool.side == ToolSide::server) {
      return refuse(
          "tools: '" + tool.name + "' (" + tool.type +
          ") runs at Anthropic, which a local model server cannot do. Go on without it, or use a tool of an "
          "MCP server, or mode claude");
    }
  }
  if (!request.tool_choice || request.tool_choice->kind != ToolChoiceKind::named) return {};
  if (std::ranges::find(request.tools, request.tool_choice->name, &Tool::name) == request.tools.end()) {
    return refuse("tool_choice: Tool '" + request.tool_choice->name + "' not found in provided tools");
  }
  return {};
}

}  // namespace

Result<std::string> encode_chat_request(const MessagesRequest& request, const ChatEncoding& encoding) {
  if (const Status status = check(request); !status) return tl::unexpected(status.error());
  return ChatBodyWriter(request, encoding).write();
}

}  // namespace anyclaude
