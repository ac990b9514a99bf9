#include "tools/simserver/anthropic_reply.h"

#include "base/bounded_json.h"
#include "tools/simserver/dialect.h"
#include "tools/simserver/whole_reply.h"

namespace anyclaude::sim {
namespace {

std::string_view name_of(FinishReason reason) {
  switch (reason) {
    case FinishReason::length:
      return "max_tokens";
    case FinishReason::tool_calls:
      return "tool_use";
    case FinishReason::stop_sequence:
      return "stop_sequence";
    case FinishReason::end_of_turn:
      break;
  }
  return "end_turn";
}

Json stop_json(const GenerationReport& report) {
  Json stop = {{"stop_reason", name_of(report.reason)}, {"stop_sequence", nullptr}};
  if (report.reason == FinishReason::stop_sequence) stop["stop_sequence"] = report.stop_sequence;
  return stop;
}

std::string tool_use_id(const std::string& digest, std::size_t index) {
  return "toolu_" + digest + std::to_string(10'000'000 + index);
}

Json usage_json(const PromptReport& prompt, std::size_t output_tokens) {
  return {{"input_tokens", prompt.prompt_tokens - prompt.reused_tokens},
          {"cache_creation_input_tokens", 0},
          {"cache_read_input_tokens", prompt.reused_tokens},
          {"output_tokens", output_tokens}};
}

Json message_json(const ChatRequest& request, const PromptReport& prompt, Json content,
                  std::size_t output_tokens) {
  return {{"id", "msg_" + prompt.digest},  {"type", "message"},
          {"role", "assistant"},           {"model", request.model},
          {"content", std::move(content)}, {"stop_reason", nullptr},
          {"stop_sequence", nullptr},      {"usage", usage_json(prompt, output_tokens)}};
}

std::string signature_of(const PromptReport& prompt) {
  return "simserver:" + prompt.digest;
}

// Arguments that were cut off by max_tokens are not JSON; Anthropic then shows what there is as an object.
Json input_of(const ToolCall& call) {
  Json input = parse_ordered_json(call.arguments);
  return input.is_object() ? input : Json::object();
}

class WholeMessage final : public WholeReply {
 public:
  WholeMessage(const ChatRequest& request, ResponseWriter& writer) : request_(request), writer_(writer) {}

  Status finish(const GenerationReport& report) override {
    Json content = Json::array();
    if (!thinking_.empty()) {
      content.push_back(
          {{"type", "thinking"}, {"thinking", thinking_}, {"signature", signature_of(prompt_)}});
    }
    if (!text_.empty()) content.push_back({{"type", "text"}, {"text", text_}});
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      content.push_back({{"type", "tool_use"},
                         {"id", tool_use_id(prompt_.digest, i)},
                         {"name", calls_[i].name},
                         {"input", input_of(calls_[i])}});
    }
    Json message = message_json(request_, prompt_, std::move(content), report.tokens);
    message.update(stop_json(report));
    return writer_.send(200, {{"Content-Type", std::string(kJsonContent)}}, json_text(message));
  }

 private:
  const ChatRequest& request_;
  ResponseWriter& writer_;
};

class MessageEvents final : public ReplySink {
 public:
  MessageEvents(const ChatRequest& request, ResponseWriter& writer) : request_(request), writer_(writer) {}

  Status progress(const PrefillProgress&) override { return {}; }

  Status begin(const PromptReport& report) override {
    prompt_ = report;
    const HeaderFields headers{{"Content-Type", std::string(kEventStreamContent)},
                               {"Cache-Control", "no-cache"}};
    if (auto started = writer_.start(200, headers); !started) return started;
    return event("message_start", {{"message", message_json(request_, prompt_, Json::array(), 1)}});
  }

  Status thinking(std::string_view piece) override {
    if (auto opened = open(Block::thinking, {{"type", "thinking"}, {"thinking", ""}, {"signature", ""}});
        !opened) {
      return opened;
    }
    return delta({{"type", "thinking_delta"}, {"thinking", piece}});
  }

  Status text(std::string_view piece) override {
    if (auto opened = open(Block::text, {{"type", "text"}, {"text", ""}}); !opened) return opened;
    return delta({{"type", "text_delta"}, {"text", piece}});
  }

  Status begin_tool_call(std::size_t index, std::string_view name) override {
    if (auto closed = close(); !closed) return closed;
    return open(Block::tool_use, {{"type", "tool_use"},
                                  {"id", tool_use_id(prompt_.digest, index)},
                                  {"name", name},
                                  {"input", Json::object()}});
  }

  Status tool_arguments(std::size_t, std::string_view piece) override {
    return delta({{"type", "input_json_delta"}, {"partial_json", piece}});
  }

  Status finish(const GenerationReport& report) override {
    if (auto closed = close(); !closed) return closed;
    const Json data = {{"delta", stop_json(report)}, {"usage", usage_json(prompt_, report.tokens)}};
    if (auto sent = event("message_delta", data); !sent) return sent;
    if (auto sent = event("message_stop", Json::object()); !sent) return sent;
    return writer_.finish();
  }

 private:
  enum class Block { none, thinking, text, tool_use };

  Status open(Block kind, Json block) {
    if (open_ == kind) return {};
    if (auto closed = close(); !closed) return closed;
    open_ = kind;
    return event("content_block_start", {{"index", index_}, {"content_block", std::move(block)}});
  }

  Status close() {
    if (open_ == Block::none) return {};
    if (open_ == Block::thinking) {
      const Json signature = {{"type", "signature_delta"}, {"signature", signature_of(prompt_)}};
      if (auto sent = delta(signature); !sent) return sent;
    }
    open_ = Block::none;
    return event("content_block_stop", {{"index", index_++}});
  }

  Status delta(Json delta) {
    return event("content_block_delta", {{"index", index_}, {"delta", std::move(delta)}});
  }

  Status event(std::string_view name, const Json& members) {
    Json data = {{"type", name}};
    data.update(members);
    return writer_.write("event: " + std::string(name) + "\ndata: " + json_text(data) + "\n\n");
  }

  const ChatRequest& request_;
  ResponseWriter& writer_;
  PromptReport prompt_;
  Block open_ = Block::none;
  std::size_t index_ = 0;
};

}  // namespace

std::unique_ptr<ReplySink> make_anthropic_sink(const ChatRequest& request, ResponseWriter& writer) {
  if (request.delivery == Delivery::stream) return std::make_unique<MessageEvents>(request, writer);
  return std::make_unique<WholeMessage>(request, writer);
}

}  // namespace anyclaude::sim
