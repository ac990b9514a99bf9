#include "backend/anthropic_decoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/random_id.h"
#include "messages/reply_json.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

// Used only for output tokens that no server counted.
constexpr double kBytesPerOutputToken = 3.6;

Json parse_or_repair(std::string_view text) {
  Json parsed = parse_reply_json(text);
  return parsed.is_discarded() ? parse_reply_json(repaired_json_text(text)) : parsed;
}

ApiError cut_error(UpstreamEnd end) {
  if (end == UpstreamEnd::idle_timed_out || end == UpstreamEnd::first_byte_timed_out)
    return {504, "timeout_error", "the model server went silent in the middle of its reply"};
  if (end == UpstreamEnd::too_large) return {502, "api_error", "the model server's reply is too large"};
  return {502, "api_error", "the model server's reply was cut off before it was whole"};
}

const Json& member(const Json& object, const char* name) {
  static const Json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

std::optional<std::uint64_t> count_at(const Json& object, const char* name) {
  const Json& value = member(object, name);
  if (!value.is_number()) return std::nullopt;
  const double count = value.get<double>();
  if (!(count >= 0) || count > 1e15) return std::nullopt;
  return static_cast<std::uint64_t>(count);
}

StopReason reason_from(std::string_view word) {
  for (const StopReason reason : {StopReason::max_tokens, StopReason::stop_sequence, StopReason::tool_use,
                                  StopReason::pause_turn, StopReason::refusal})
    if (word == name_of(reason)) return reason;
  return StopReason::end_turn;
}

}  // namespace

AnthropicDecoder::AnthropicDecoder(DecoderContext context, std::string_view content_type,
                                   MessageStream& stream)
    : context_(std::move(context)),
      sizes_{context_.prompt_tokens_estimate, context_.context_tokens},
      stream_(stream),
      declared_json_(content_type.find("json") != std::string_view::npos) {}

void AnthropicDecoder::feed(std::string_view bytes) {
  if (state_ != State::reading) return;
  if (form_ != Form::events) {
    whole_body_ += bytes;
    const std::size_t first = whole_body_.find_first_not_of(" \t\r\n");
    if (first == std::string::npos || form_ == Form::whole) return;
    form_ = whole_body_[first] == '{' || declared_json_ ? Form::whole : Form::events;
    if (form_ == Form::whole) return;
    const std::string begun = std::exchange(whole_body_, {});
    return feed(begun);
  }
  if (!events_.feed(bytes, [this](const SseEvent& event) { read_event(event); }))
    fail(cut_error(UpstreamEnd::too_large));
}

void AnthropicDecoder::finish(UpstreamEnd end) {
  if (state_ != State::reading) return;
  if (form_ == Form::whole && end == UpstreamEnd::complete) {
    const Json reply = parse_or_repair(whole_body_);
    if (!reply.is_object()) return fail({502, "api_error", "the model server's reply is not JSON"});
    if (is_error_reply(reply)) return fail(translate_error_reply(200, reply, sizes_));
    read_message(reply);
  } else if (form_ == Form::events && (end == UpstreamEnd::complete || end == UpstreamEnd::cut)) {
    events_.finish([this](const SseEvent& event) {
      // Half an event is the sign of a cut, not of a server that talks nonsense.
      if (!parse_or_repair(event.data).is_discarded()) read_event(event);
    });
  }
  if (state_ != State::reading) return;
  // A server may forget message_stop; one that has said why it stopped has said all.
  if (stop_reason_.empty()) return fail(cut_error(end));
  close_message();
}

void AnthropicDecoder::read_event(const SseEvent& event) {
  if (state_ != State::reading || event.data.empty() || event.data == "[DONE]") return;
  const Json said = parse_or_repair(event.data);
  if (event.name == "error" || is_error_reply(said)) return fail(translate_error_reply(200, said, sizes_));
  if (!said.is_object()) return fail({502, "api_error", "the model server sent something that is not JSON"});
  std::string_view type = string_or_empty(said, "type");
  if (type.empty()) type = event.name;
  if (type == "message_start") {
    read_usage(member(said, "message"));
    start_message();
  } else if (type == "content_block_start") {
    begin_block(member(said, "content_block"));
  } else if (type == "content_block_delta") {
    read_delta(member(said, "delta"));
  } else if (type == "content_block_stop") {
    end_block();
  } else if (type == "message_delta") {
    read_usage(said);
    read_end(member(said, "delta"));
  } else if (type == "message_stop" && !stop_reason_.empty()) {
    close_message();
  }
}

void AnthropicDecoder::read_message(const Json& message) {
  read_usage(message);
  const Json& content = member(message, "content");
  if (content.is_array()) {
    for (const Json& block : content) {
      begin_block(block);
      end_block();
    }
  }
  read_end(message);
}

// A block may come with its content, whole replies do, or empty with deltas behind it.
void AnthropicDecoder::begin_block(const Json& block) {
  end_block();
  start_message();
  const std::string_view type = string_or_empty(block, "type");
  if (type == "tool_use") {
    in_tool_call_ = called_ = true;
    tool_has_input_ = false;
    stream_.begin_tool_use(random_id("toolu_"), string_or_empty(block, "name"));
    const Json& input = member(block, "input");
    if (input.is_object() && !input.empty())
      tool_input(input.dump(-1, ' ', false, Json::error_handler_t::replace));
    if (input.is_string()) tool_input(input.get_ref<const std::string&>());
    return;
  }
  read_delta(block);
}

void AnthropicDecoder::read_delta(const Json& delta) {
  start_message();
  if (const std::string_view json = string_or_empty(delta, "partial_json"); !json.empty()) tool_input(json);
  if (const std::string_view thinking = string_or_empty(delta, "thinking"); !thinking.empty()) {
    said_bytes_ += thinking.size();
    stream_.thinking(thinking);
  }
  if (const std::string_view text = string_or_empty(delta, "text"); !text.empty()) {
    said_bytes_ += text.size();
    stream_.text(text);
  }
}

void AnthropicDecoder::tool_input(std::string_view json) {
  if (!in_tool_call_) return;
  tool_has_input_ = true;
  said_bytes_ += json.size();
  stream_.tool_input(json);
}

void AnthropicDecoder::end_block() {
  if (in_tool_call_ && !tool_has_input_) stream_.tool_input("{}");
  in_tool_call_ = false;
}

void AnthropicDecoder::read_end(const Json& message) {
  if (const std::string_view reason = string_or_empty(message, "stop_reason"); !reason.empty())
    stop_reason_ = reason;
  if (const std::string_view stop = string_or_empty(message, "stop_sequence"); !stop.empty())
    stop_sequence_ = stop;
}

// Later figures replace earlier ones; zeros of what cannot be zero say nothing.
void AnthropicDecoder::read_usage(const Json& object) {
  const Json& usage = member(object, "usage");
  const auto take = [&](const char* name, std::optional<std::uint64_t>& target, std::uint64_t least) {
    if (const auto count = count_at(usage, name); count && *count >= least) target = count;
  };
  take("input_tokens", input_tokens_, 0);
  take("cache_read_input_tokens", cache_read_tokens_, 0);
  take("cache_creation_input_tokens", cache_creation_tokens_, 0);
  take("output_tokens", report_.output_tokens, 1);
  settle_report();
}

void AnthropicDecoder::settle_report() {
  if (!input_tokens_) return;
  std::uint64_t prompt = *input_tokens_;
  if (!context_.profile.endpoint().input_includes_cached)
    prompt += cache_read_tokens_.value_or(0) + cache_creation_tokens_.value_or(0);
  if (prompt == 0) return;
  report_.prompt_tokens = prompt;
  const bool is_known = context_.profile.reply.cached_tokens != CachedTokens::never;
  if (is_known && cache_read_tokens_) report_.cached_tokens = std::min(*cache_read_tokens_, prompt);
}

void AnthropicDecoder::start_message() {
  if (stream_.started()) return;
  Usage estimate;
  estimate.input_tokens = context_.prompt_tokens_estimate;
  stream_.start(context_.message_id, context_.model, estimate);
}

void AnthropicDecoder::close_message() {
  end_block();
  start_message();
  StopReason reason = reason_from(stop_reason_);
  // A call that is not there would be waited for; one that is there must be made.
  if (reason == StopReason::tool_use && !called_) reason = StopReason::end_turn;
  if (reason == StopReason::end_turn && called_) reason = StopReason::tool_use;
  stream_.finish(reason, stop_sequence_, usage());
  state_ = State::closed;
}

Usage AnthropicDecoder::usage() const {
  const std::uint64_t prompt = report_.prompt_tokens.value_or(context_.prompt_tokens_estimate);
  const std::uint64_t cached = std::min(report_.cached_tokens.value_or(0), prompt);
  const auto said =
      static_cast<std::uint64_t>(std::ceil(static_cast<double>(said_bytes_) / kBytesPerOutputToken));
  Usage usage;
  usage.input_tokens = prompt - cached;
  if (report_.cached_tokens) usage.cache_read_input_tokens = cached;
  usage.output_tokens = report_.output_tokens.value_or(std::max<std::uint64_t>(1, said));
  return usage;
}

void AnthropicDecoder::fail(ApiError error) {
  state_ = State::failed;
  if (stream_.started()) {
    stream_.error(error.json());
  } else {
    error_ = std::move(error);
  }
}

std::unique_ptr<ReplyDecoder> make_anthropic_decoder(DecoderContext context, std::string_view content_type,
                                                     MessageStream& stream) {
  return std::make_unique<AnthropicDecoder>(std::move(context), content_type, stream);
}

}  // namespace anyclaude
