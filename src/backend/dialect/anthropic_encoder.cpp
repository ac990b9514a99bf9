#include "backend/dialect/anthropic_encoder.h"

#include <algorithm>

#include "backend/dialect/chat_shape.h"
#include "backend/dialect/object_writer.h"

namespace anyclaude {
namespace {

class AnthropicBodyWriter {
 public:
  AnthropicBodyWriter(const MessagesRequest& request, const ChatEncoding& encoding)
      : request_(request),
        encoding_(encoding),
        policy_(encoding.profile.request),
        family_(family_of(encoding.profile, encoding.model)),
        offered_(offered_tools(request, policy_)),
        turns_(shaped_conversation(request, encoding.profile, family_)),
        body_(out_) {}

  std::string write() {
    if (!encoding_.model.empty() && policy_.model != ModelField::omitted)
      body_.text("model", encoding_.model);
    write_system();
    write_messages();
    write_tools();
    const std::uint64_t tokens =
        fitting_max_tokens(request_, encoding_.context_tokens, encoding_.prompt_tokens_estimate);
    body_.json("max_tokens", std::to_string(tokens));
    write_sampling();
    write_thinking(tokens);
    body_.json("stream", "true");
    body_.close();
    return std::move(out_);
  }

 private:
  void write_system() {
    if (turns_.empty() || turns_.front().role != ChatRole::system) return;
    body_.text("system", turns_.front().parts.front().value);
    turns_.erase(turns_.begin());
  }

  // What a person says behind tool results is a message of its own: llama.cpp, which makes chat messages of
  // these, would put it between a call and its result.
  void write_messages() {
    std::string& out = body_.member("messages");
    out += '[';
    for (std::size_t i = 0; i < turns_.size();) {
      if (i > 0) out += ',';
      const ChatRole role = turns_[i].role;
      ObjectWriter message(out);
      message.text("role", role == ChatRole::assistant ? "assistant" : "user");
      message.member("content") += '[';
      bool first = true;
      do {
        write_turn(turns_[i], first);
      } while (++i < turns_.size() && turns_[i].role == role);
      // A turn that says nothing keeps its place: templates want the roles to alternate.
      if (first) write_text("", first);
      out += ']';
      message.close();
    }
    out += ']';
  }

  void write_turn(const ChatMessage& turn, bool& first) {
    if (turn.role == ChatRole::tool) return write_result(turn, first);
    if (!turn.reasoning.empty() && encoding_.profile.endpoint().thinking_in_history) {
      ObjectWriter block = begin_block(first, "thinking");
      block.text("thinking", turn.reasoning);
      block.text("signature", "");
      block.close();
    }
    for (const ChatPart& part : turn.parts) write_part(part, first);
    for (const ChatToolCall& call : turn.tool_calls) {
      ObjectWriter block = begin_block(first, "tool_use");
      block.text("id", call.id);
      block.text("name", call.name);
      block.json("input", call.arguments_json);
      block.close();
    }
  }

  ObjectWriter begin_block(bool& first, std::string_view type) {
    if (!first) out_ += ',';
    first = false;
    ObjectWriter block(out_);
    block.text("type", type);
    return block;
  }

  void write_text(std::string_view text, bool& first) {
    ObjectWriter block = begin_block(first, "text");
    block.text("text", text);
    block.close();
  }

  void write_part(const ChatPart& part, bool& first) {
    if (part.value.empty()) return;
    if (part.kind == ChatPart::Kind::text) return write_text(part.value, first);
    ObjectWriter block = begin_block(first, "image");
    ObjectWriter source(block.member("source"));
    constexpr std::string_view kData = "data:";
    constexpr std::string_view kBase64 = ";base64,";
    const std::string_view value = part.value;
    const std::size_t marker = value.find(kBase64);
    if (value.starts_with(kData) && marker != std::string_view::npos) {
      source.text("type", "base64");
      source.text("media_type", value.substr(kData.size(), marker - kData.size()));
      source.text("data", value.substr(marker + kBase64.size()));
    } else {
      source.text("type", "url");
      source.text("url", value);
    }
    source.close();
    block.close();
  }

  void write_result(const ChatMessage& turn, bool& first) {
    std::string text;
    for (const ChatPart& part : turn.parts) {
      if (!text.empty()) text += "\n\n";
      text += part.value;
    }
    ObjectWriter block = begin_block(first, "tool_result");
    block.text("tool_use_id", turn.tool_call_id);
    block.text("content", text);
    block.close();
  }

  void write_tools() {
    if (offered_.empty()) return;
    append_list(body_.member("tools"), offered_, [this](const Tool* tool) {
      ObjectWriter entry(out_);
      entry.text("name", tool->name);
      if (!tool->description.empty()) entry.text("description", tool->description);
      entry.json("input_schema", shaped_schema(*tool, policy_.tool_schemas));
      entry.close();
    });
    if (request_.tool_choice && policy_.tool_choice != ToolChoiceSupport::none)
      write_tool_choice(*request_.tool_choice);
  }

  void write_tool_choice(const ToolChoice& choice) {
    const bool is_single = choice.parallel == ParallelTools::forbidden && choice.kind != ToolChoiceKind::none;
    if (choice.kind == ToolChoiceKind::automatic && !is_single) return;
    const bool is_offered =
        std::ranges::any_of(offered_, [&](const Tool* tool) { return tool->name == choice.name; });
    ObjectWriter object(body_.member("tool_choice"));
    switch (choice.kind) {
      case ToolChoiceKind::automatic:
        object.text("type", "auto");
        break;
      case ToolChoiceKind::any:
        object.text("type", "any");
        break;
      case ToolChoiceKind::none:
        object.text("type", "none");
        break;
      case ToolChoiceKind::named:
        object.text("type", is_offered ? "tool" : "any");
        if (is_offered) object.text("name", choice.name);
        break;
    }
    if (is_single) object.json("disable_parallel_tool_use", "true");
    object.close();
  }

  void write_sampling() {
    const Sampling sampling = wanted_sampling(request_, encoding_.profile, family_);
    if (sampling.temperature) body_.json("temperature", number_text(*sampling.temperature));
    if (sampling.top_p) body_.json("top_p", number_text(*sampling.top_p));
    if (policy_.top_k && sampling.top_k.value_or(0) > 0) body_.json("top_k", std::to_string(*sampling.top_k));
    if (request_.stop_sequences.empty()) return;
    append_list(body_.member("stop_sequences"), request_.stop_sequences,
                [this](const std::string& stop) { append_json_string(out_, stop); });
  }

  void write_thinking(std::uint64_t max_tokens) {
    if (!encoding_.profile.endpoint().takes_thinking) return;
    const WantedThinking wanted = wanted_thinking(request_, encoding_.profile);
    if (wanted == WantedThinking::off) write_thinking_off();
    // A budget must be smaller than the answer and may not be tiny.
    constexpr std::uint64_t kBudgetMin = 1024;
    const std::uint64_t budget =
        std::min(request_.thinking.budget_tokens.value_or(kBudgetMin), max_tokens - 1);
    if (wanted == WantedThinking::on && budget >= kBudgetMin && max_tokens > kBudgetMin)
      body_.json("thinking", R"({"type":"enabled","budget_tokens":)" + std::to_string(budget) + '}');
  }

  // llama.cpp reads over "disabled" and takes the chat template's own switch here too.
  void write_thinking_off() {
    body_.json("thinking", R"({"type":"disabled"})");
    if (policy_.thinking != ThinkingSwitch::template_kwargs || family_.template_switch.empty()) return;
    ObjectWriter kwargs(body_.member("chat_template_kwargs"));
    kwargs.json(family_.template_switch, "false");
    kwargs.close();
  }

  const MessagesRequest& request_;
  const ChatEncoding& encoding_;
  const RequestPolicy& policy_;
  const ModelFamily& family_;
  const std::vector<const Tool*> offered_;
  std::vector<ChatMessage> turns_;
  std::string out_;
  ObjectWriter body_;
};

}  // namespace

Result<std::string> encode_anthropic_request(const MessagesRequest& request, const ChatEncoding& encoding) {
  if (const Status status = check_can_be_encoded(request); !status) return tl::unexpected(status.error());
  return AnthropicBodyWriter(request, encoding).write();
}

}  // namespace anyclaude
