#include "messages/events/message_stream.h"

#include <algorithm>

#include "base/digest.h"
#include "base/json_text.h"

namespace anyclaude {
namespace {

void append_count(std::string& out, std::string_view name, const std::optional<std::uint64_t>& count) {
  if (!count) return;
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
  out += std::to_string(*count);
}

void append_usage(std::string& out, const Usage& usage) {
  out += '{';
  append_count(out, "input_tokens", usage.input_tokens);
  append_count(out, "cache_creation_input_tokens", usage.cache_creation_input_tokens);
  append_count(out, "cache_read_input_tokens", usage.cache_read_input_tokens);
  append_count(out, "output_tokens", usage.output_tokens);
  out += '}';
}

}  // namespace

std::string_view name_of(StopReason reason) {
  switch (reason) {
    case StopReason::end_turn:
      return "end_turn";
    case StopReason::max_tokens:
      return "max_tokens";
    case StopReason::stop_sequence:
      return "stop_sequence";
    case StopReason::tool_use:
      return "tool_use";
    case StopReason::pause_turn:
      return "pause_turn";
    case StopReason::refusal:
      return "refusal";
  }
  return "end_turn";
}

void MessageStream::start(std::string_view id, std::string_view model, const Usage& estimate) {
  if (phase_ != Phase::before_start) return;
  phase_ = Phase::running;
  Usage usage = estimate;
  usage.input_tokens = std::max<std::uint64_t>(1, usage.input_tokens.value_or(1));
  if (!usage.cache_creation_input_tokens) usage.cache_creation_input_tokens = 0;
  if (!usage.cache_read_input_tokens) usage.cache_read_input_tokens = 0;
  if (!usage.output_tokens) usage.output_tokens = 1;
  std::string data = R"({"type":"message_start","message":{"id":)";
  append_json_string(data, id);
  data += R"(,"type":"message","role":"assistant","model":)";
  append_json_string(data, model);
  data += R"(,"content":[],"stop_reason":null,"stop_sequence":null,"usage":)";
  append_usage(data, usage);
  data += "}}";
  emit("message_start", std::move(data));
}

void MessageStream::text(std::string_view delta_text) {
  if (delta_text.empty() || phase_ != Phase::running) return;
  if (open_ != Open::text) open_block(Open::text, R"({"type":"text","text":""})");
  delta(R"({"type":"text_delta","text":)" + json_string(delta_text) + '}');
}

void MessageStream::thinking(std::string_view delta_text) {
  if (delta_text.empty() || phase_ != Phase::running) return;
  if (open_ != Open::thinking) {
    open_block(Open::thinking, R"({"type":"thinking","thinking":"","signature":""})");
  }
  thinking_text_ += delta_text;
  delta(R"({"type":"thinking_delta","thinking":)" + json_string(delta_text) + '}');
}

void MessageStream::begin_tool_use(std::string_view id, std::string_view name) {
  if (phase_ != Phase::running) return;
  open_block(Open::tool_use, R"({"type":"tool_use","id":)" + json_string(id) + R"(,"name":)" +
                                 json_string(name) + R"(,"input":{}})");
}

void MessageStream::tool_input(std::string_view json_delta) {
  if (json_delta.empty() || phase_ != Phase::running || open_ != Open::tool_use) return;
  delta(R"({"type":"input_json_delta","partial_json":)" + json_string(json_delta) + '}');
}

void MessageStream::ping() {
  if (phase_ == Phase::ended) return;
  emit("ping", R"({"type":"ping"})");
}

void MessageStream::finish(StopReason reason, std::string_view stop_sequence, const Usage& usage) {
  if (phase_ != Phase::running) return;
  close_block();
  std::string data = R"({"type":"message_delta","delta":{"stop_reason":)";
  append_json_string(data, name_of(reason));
  data += R"(,"stop_sequence":)";
  data += reason == StopReason::stop_sequence ? json_string(stop_sequence) : "null";
  data += R"(},"usage":)";
  append_usage(data, usage);
  data += '}';
  emit("message_delta", std::move(data));
  emit("message_stop", R"({"type":"message_stop"})");
  phase_ = Phase::ended;
}

void MessageStream::error(std::string_view api_error_json) {
  if (phase_ == Phase::ended) return;
  emit("error", std::string(api_error_json));
  phase_ = Phase::ended;
}

void MessageStream::open_block(Open kind, std::string_view block_json) {
  close_block();
  open_ = kind;
  std::string data = R"({"type":"content_block_start","index":)" + std::to_string(index_);
  data += R"(,"content_block":)";
  data += block_json;
  data += '}';
  emit("content_block_start", std::move(data));
}

void MessageStream::close_block() {
  if (open_ == Open::none) return;
  if (open_ == Open::thinking) {
    std::string signature(kOwnThinkingSignaturePrefix);
    signature += sha256_hex(thinking_text_).substr(0, 32);
    thinking_text_.clear();
    delta(R"({"type":"signature_delta","signature":)" + json_string(signature) + '}');
  }
  emit("content_block_stop", R"({"type":"content_block_stop","index":)" + std::to_string(index_) + '}');
  open_ = Open::none;
  ++index_;
}

void MessageStream::delta(std::string_view delta_json) {
  std::string data = R"({"type":"content_block_delta","index":)" + std::to_string(index_);
  data += R"(,"delta":)";
  data += delta_json;
  data += '}';
  emit("content_block_delta", std::move(data));
}

void MessageStream::emit(std::string_view name, std::string data) {
  sink_.on_event({std::string(name), std::move(data)});
}

}  // namespace anyclaude
