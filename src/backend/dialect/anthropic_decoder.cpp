#include "backend/dialect/anthropic_decoder.h"

#include <algorithm>
#include <utility>

#include "backend/dialect/upstream_usage.h"
#include "messages/events/reply_json.h"
#include "messages/json/json_spans.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

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

std::string dumped(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
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
      answer_(context_, stream),
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
    fail(cut_reply_error(UpstreamEnd::too_large));
}

void AnthropicDecoder::finish(UpstreamEnd end) {
  if (state_ != State::reading) return;
  if (form_ == Form::whole && end == UpstreamEnd::complete) {
    const ReplyJson read = read_reply_json(whole_body_);
    const Json& reply = read.value;
    if (!reply.is_object()) return fail({502, "api_error", "the model server's reply is not JSON"});
    if (is_error_reply(reply)) return fail(translate_error_reply(200, reply, sizes_));
    read_message(reply, read.text);
    if (state_ == State::reading) read_stop(end);
  } else if (form_ == Form::events && (end == UpstreamEnd::complete || end == UpstreamEnd::cut)) {
    events_.finish([this](const SseEvent& event) {
      // Half an event is the sign of a cut, not of a server that talks nonsense.
      if (!parse_or_repair(event.data).is_discarded()) read_event(event);
    });
  }
  if (state_ != State::reading) return;
  // A server may forget message_stop; one that has said why it stopped has said all.
  if (said_reason_.empty()) return fail(cut_reply_error(end));
  close_message();
}

void AnthropicDecoder::read_event(const SseEvent& event) {
  if (state_ != State::reading || event.data.empty()) return;
  if (event.data == "[DONE]") return read_stop(UpstreamEnd::complete);
  const ReplyJson read = read_reply_json(event.data);
  const Json& said = read.value;
  if (event.name == "error" || is_error_reply(said)) return fail(translate_error_reply(200, said, sizes_));
  if (!said.is_object()) return fail({502, "api_error", "the model server sent something that is not JSON"});
  std::string_view type = string_or_empty(said, "type");
  if (type.empty()) type = event.name;
  if (type == "message_start") {
    read_usage(member(said, "message"));
    // It may come long before the first token. From here on the client can be told that the server lives.
    answer_.start();
  } else if (type == "ping") {
    if (stream_.started()) stream_.ping();
  } else if (type == "content_block_start") {
    begin_block(member(said, "content_block"), json_at(read.text, {"content_block", "input"}).value_or(""));
  } else if (type == "content_block_delta") {
    read_delta(member(said, "delta"));
  } else if (type == "content_block_stop") {
    end_block();
  } else if (type == "message_delta") {
    read_usage(said);
    read_end(member(said, "delta"));
  } else if (type == "message_stop") {
    read_stop(UpstreamEnd::complete);
  }
}

// The server says that it is done. Some never say why; one that has said something else has ended its turn.
void AnthropicDecoder::read_stop(UpstreamEnd end) {
  end_block();
  if (state_ != State::reading) return;
  if (said_reason_.empty() && answer_.said_anything()) said_reason_ = name_of(StopReason::end_turn);
  if (said_reason_.empty()) return fail(cut_reply_error(end));
  close_message();
}

void AnthropicDecoder::read_message(const Json& message, std::string_view text) {
  read_usage(message);
  const Json& content = member(message, "content");
  if (content.is_array()) {
    const JsonItems texts(json_at(text, {"content"}).value_or(""));
    for (std::size_t i = 0; i < content.size(); ++i) {
      begin_block(content[i], json_at(texts[i], {"input"}).value_or(""));
      end_block();
    }
  }
  read_end(message);
}

// A block may come with its content, whole replies do, or empty with deltas behind it.
void AnthropicDecoder::begin_block(const Json& block, std::string_view input_text) {
  end_block();
  if (state_ != State::reading) return;
  if (string_or_empty(block, "type") != "tool_use") return read_delta(block);
  in_tool_call_ = true;
  answer_.call({.index = ++calls_, .name = string_or_empty(block, "name")});
  const Json& input = member(block, "input");
  if (input.is_object() && !input.empty())
    tool_input(input_text.empty() ? dumped(input) : std::string(input_text));
  if (input.is_string()) tool_input(input.get_ref<const std::string&>());
}

void AnthropicDecoder::read_delta(const Json& delta) {
  if (const std::string_view json = string_or_empty(delta, "partial_json"); !json.empty()) tool_input(json);
  answer_.thinking(string_or_empty(delta, "thinking"));
  answer_.text(string_or_empty(delta, "text"));
}

// Input outside of a call is that of one whose beginning is missing: it has no name, which is an error.
void AnthropicDecoder::tool_input(std::string_view json) {
  if (!in_tool_call_) ++calls_;
  in_tool_call_ = true;
  answer_.call({.index = calls_, .arguments = json});
}

void AnthropicDecoder::end_block() {
  if (!std::exchange(in_tool_call_, false)) return;
  if (const Status status = answer_.end_calls(); !status) fail(to_api_error(status.error()));
}

void AnthropicDecoder::read_end(const Json& message) {
  if (const std::string_view reason = string_or_empty(message, "stop_reason"); !reason.empty())
    said_reason_ = reason;
  if (const std::string_view stop = string_or_empty(message, "stop_sequence"); !stop.empty())
    met_stop_ = stop;
}

// Later figures replace earlier ones. A prompt of no tokens at all says nothing: some servers count it in
// message_start and send zeros behind the answer.
void AnthropicDecoder::read_usage(const Json& object) {
  const Json& usage = member(object, "usage");
  const auto input = count_at(usage, "input_tokens");
  const auto read = count_at(usage, "cache_read_input_tokens");
  const auto created = count_at(usage, "cache_creation_input_tokens");
  if (input.value_or(0) + read.value_or(0) + created.value_or(0) > 0) {
    if (input) input_tokens_ = input;
    if (read) cache_read_tokens_ = read;
    if (created) cache_creation_tokens_ = created;
  }
  if (const auto output = count_at(usage, "output_tokens"); output && *output > 0)
    report_.output_tokens = output;
  settle_report();
}

void AnthropicDecoder::settle_report() {
  if (!input_tokens_) return;
  std::uint64_t prompt = *input_tokens_;
  if (!context_.profile.endpoint().input_includes_cached)
    prompt += cache_read_tokens_.value_or(0) + cache_creation_tokens_.value_or(0);
  if (prompt == 0) return;
  report_.prompt_tokens = prompt;
  report_.prompt_cut_short = is_cut_prompt(prompt, context_.text_tokens());
  const bool is_known = context_.profile.reply.cached_tokens != CachedTokens::never;
  if (is_known && cache_read_tokens_) report_.cached_tokens = std::min(*cache_read_tokens_, prompt);
}

void AnthropicDecoder::close_message() {
  end_block();
  if (state_ != State::reading) return;
  const StopReason said = reason_from(said_reason_);
  const bool is_whole =
      said == StopReason::end_turn || said == StopReason::stop_sequence || said == StopReason::tool_use;
  if (const Status status = answer_.finish(is_whole ? TextOutcome::whole : TextOutcome::cut); !status)
    return fail(to_api_error(status.error()));
  stream_.finish(stop_reason(), met_stop_,
                 client_usage(report_, context_.prompt_tokens_estimate, answer_.bytes()));
  state_ = State::closed;
}

// A call that is not there would be waited for; one that is there must be made.
StopReason AnthropicDecoder::stop_reason() const {
  const StopReason said = reason_from(said_reason_);
  if (said == StopReason::max_tokens || said == StopReason::refusal || said == StopReason::pause_turn)
    return said;
  if (answer_.has_calls()) return StopReason::tool_use;
  const auto& stops = context_.stop_sequences;
  const bool is_asked_for = std::ranges::find(stops, met_stop_) != stops.end();
  return said == StopReason::stop_sequence && is_asked_for ? said : StopReason::end_turn;
}

void AnthropicDecoder::fail(ApiError error) {
  state_ = State::failed;
  if (stream_.started()) {
    answer_.break_off();
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
