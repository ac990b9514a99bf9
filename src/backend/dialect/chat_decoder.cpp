#include "backend/dialect/chat_decoder.h"

#include <algorithm>
#include <utility>

#include "backend/dialect/upstream_error.h"
#include "backend/dialect/upstream_usage.h"
#include "messages/events/reply_json.h"
#include "messages/json/json_spans.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kArguments = "\"arguments\"";

ApiError bad_gateway(std::string message) {
  return {502, "api_error", std::move(message)};
}

// What a server says about the stop sequence it met: vLLM `stop_reason`, SGLang `matched_stop`, llama.cpp
// `stopping_word` (only when it is told to be verbose). The first two may be token numbers.
std::string_view matched_stop(const Json& choice) {
  for (const char* name : {"stop_reason", "matched_stop", "stopping_word"})
    if (const std::string* stop = find_string(choice, name); stop && !stop->empty()) return *stop;
  return {};
}

}  // namespace

ChatDecoder::ChatDecoder(DecoderContext context, std::string_view content_type, MessageStream& stream)
    : context_(std::move(context)),
      sizes_{context_.prompt_tokens_estimate, context_.context_tokens},
      stream_(stream),
      answer_(context_, stream),
      declared_json_(content_type.find("json") != std::string_view::npos) {}

void ChatDecoder::feed(std::string_view bytes) {
  if (state_ != State::reading) return;
  if (form_ == Form::unknown) {
    whole_body_ += bytes;
    const std::size_t first = whole_body_.find_first_not_of(kBlanks);
    if (first == std::string::npos) return;
    form_ = whole_body_[first] == '{' || declared_json_ ? Form::whole : Form::events;
    if (form_ == Form::whole) return;
    const std::string begun = std::exchange(whole_body_, {});
    return feed(begun);
  }
  if (form_ == Form::whole) {
    whole_body_ += bytes;
    return;
  }
  if (!events_.feed(bytes, [this](const SseEvent& event) { read_event(event); }))
    fail(cut_reply_error(UpstreamEnd::too_large));
}

void ChatDecoder::finish(UpstreamEnd end) {
  if (state_ != State::reading) return;
  if (form_ == Form::whole && end == UpstreamEnd::complete) {
    const ReplyJson reply = read_reply_json(whole_body_);
    if (!reply.value.is_object()) return fail(bad_gateway("the model server's reply is not JSON"));
    read_reply(reply.value, reply.text);
    if (finish_reason_.empty() && answer_.said_anything()) finish_reason_ = "stop";
  } else if (form_ == Form::events && (end == UpstreamEnd::complete || end == UpstreamEnd::cut)) {
    events_.finish([this](const SseEvent& event) {
      // Half an event is the sign of a cut, not of a server that talks nonsense.
      if (event.data == "[DONE]" || !parse_or_repair(event.data).is_discarded()) read_event(event);
    });
  }
  if (state_ != State::reading) return;
  if (finish_reason_.empty()) return fail(cut_reply_error(end));
  close_message();
}

void ChatDecoder::read_event(const SseEvent& event) {
  if (state_ != State::reading || event.data.empty()) return;
  if (event.data == "[DONE]") {
    // Some servers never say why they stopped; one that says it is done and has said something is.
    if (finish_reason_.empty() && answer_.said_anything()) finish_reason_ = "stop";
    if (finish_reason_.empty())
      return fail(bad_gateway("the model server ended its reply without an answer"));
    return close_message();
  }
  const ReplyJson read = read_reply_json(event.data);
  const Json& reply = read.value;
  if (event.name == "error" || is_error_reply(reply)) {
    return fail(translate_error_reply(200, reply, sizes_));
  }
  if (!reply.is_object()) return fail(bad_gateway("the model server sent something that is not JSON"));
  read_reply(reply, read.text);
}

void ChatDecoder::read_reply(const Json& reply, std::string_view text) {
  if (is_error_reply(reply)) return fail(translate_error_reply(200, reply, sizes_));
  read_usage(reply, report_);
  if (context_.profile.reply.cached_tokens == CachedTokens::never) report_.cached_tokens.reset();
  if (report_.prompt_tokens && is_cut_prompt(*report_.prompt_tokens, context_.text_tokens()))
    report_.prompt_cut_short = true;
  const auto verbose = reply.find("__verbose");
  if (verbose != reply.end() && matched_stop_.empty()) matched_stop_ = matched_stop(*verbose);
  const auto choices = reply.find("choices");
  if (choices == reply.end() || !choices->is_array()) return;
  const JsonItems texts(text.find(kArguments) == text.npos ? "" : json_at(text, {"choices"}).value_or(""));
  for (std::size_t i = 0; i < choices->size(); ++i) {
    const Json& choice = (*choices)[i];
    const auto index = choice.find("index");
    const bool is_first = index == choice.end() || index->is_null() || *index == 0;
    if (choice.is_object() && is_first) read_choice(choice, texts[i]);
  }
}

void ChatDecoder::read_choice(const Json& choice, std::string_view text) {
  for (const char* name : {"delta", "message"}) {
    const auto said = choice.find(name);
    if (said == choice.end() || !said->is_object()) continue;
    read_delta(*said, json_at(text, {name}).value_or(""));
    break;
  }
  if (state_ == State::reading) read_finish(choice);
}

void ChatDecoder::read_delta(const Json& delta, std::string_view text) {
  for (const char* name : {"reasoning_content", "reasoning"}) {
    const std::string_view thinking = string_or_empty(delta, name);
    if (thinking.empty()) continue;
    answer_.thinking(thinking);
    break;
  }
  if (const auto content = delta.find("content"); content != delta.end()) read_content(*content);
  if (const std::string_view refusal = string_or_empty(delta, "refusal"); !refusal.empty()) {
    refused_ = true;
    answer_.text(refusal);
  }
  const auto calls = delta.find("tool_calls");
  if (calls == delta.end() || !calls->is_array()) return;
  const JsonItems texts(json_at(text, {"tool_calls"}).value_or(""));
  for (std::size_t i = 0; i < calls->size(); ++i) read_call((*calls)[i], texts[i]);
}

void ChatDecoder::read_content(const Json& content) {
  if (content.is_string()) return answer_.text(content.get_ref<const std::string&>());
  if (!content.is_array()) return;
  for (const Json& part : content)
    if (string_or_empty(part, "type") == "text") answer_.text(string_or_empty(part, "text"));
}

void ChatDecoder::read_finish(const Json& choice) {
  const std::string_view reason = string_or_empty(choice, "finish_reason");
  if (reason.empty()) return;
  if (reason == "error") return fail(bad_gateway("the model server failed in the middle of its reply"));
  finish_reason_ = reason;
  if (matched_stop_.empty()) matched_stop_ = matched_stop(choice);
}

void ChatDecoder::read_call(const Json& entry, std::string_view text) {
  if (!entry.is_object()) return;
  const auto function = entry.find("function");
  const bool is_nested = function != entry.end() && function->is_object();
  const Json& body = is_nested ? *function : entry;
  ToolCallPiece piece{.id = string_or_empty(entry, "id"), .name = string_or_empty(body, "name")};
  if (const auto index = entry.find("index"); index != entry.end() && index->is_number_integer())
    piece.index = index->get<std::int64_t>();
  std::string dumped;
  if (const auto arguments = body.find("arguments"); arguments != body.end()) {
    // Some servers send an object where the interface has text.
    if (arguments->is_object()) {
      const auto spelled =
          is_nested ? json_at(text, {"function", "arguments"}) : json_at(text, {"arguments"});
      dumped = spelled ? std::string(*spelled) : arguments->dump();
    }
    piece.arguments =
        arguments->is_string() ? std::string_view(arguments->get_ref<const std::string&>()) : dumped;
  }
  answer_.call(piece);
}

void ChatDecoder::close_message() {
  const StopReason said = stop_reason();
  const bool is_whole = said != StopReason::max_tokens && said != StopReason::refusal;
  if (const Status status = answer_.finish(is_whole ? TextOutcome::whole : TextOutcome::cut); !status)
    return fail(to_api_error(status.error()));
  stream_.finish(stop_reason(), matched_stop_,
                 client_usage(report_, context_.prompt_tokens_estimate, answer_.bytes()));
  state_ = State::closed;
}

StopReason ChatDecoder::stop_reason() const {
  if (refused_ || finish_reason_ == "content_filter") return StopReason::refusal;
  if (finish_reason_ == "length" || finish_reason_ == "max_tokens") return StopReason::max_tokens;
  if (answer_.has_calls()) return StopReason::tool_use;
  const bool is_asked_for =
      std::ranges::find(context_.stop_sequences, matched_stop_) != context_.stop_sequences.end();
  return is_asked_for && !matched_stop_.empty() ? StopReason::stop_sequence : StopReason::end_turn;
}

void ChatDecoder::fail(ApiError error) {
  state_ = State::failed;
  if (stream_.started()) {
    answer_.break_off();
    stream_.error(error.json());
  } else {
    error_ = std::move(error);
  }
}

std::unique_ptr<ReplyDecoder> make_chat_decoder(DecoderContext context, std::string_view content_type,
                                                MessageStream& stream) {
  return std::make_unique<ChatDecoder>(std::move(context), content_type, stream);
}

}  // namespace anyclaude
