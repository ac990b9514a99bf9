#include "fakes/emulator/chat_sink.h"

#include "tools/simserver/dialect.h"
#include "tools/simserver/whole_reply.h"

namespace anyclaude::emulators {
namespace {

using sim::ChatRequest;
using sim::FinishReason;
using sim::GenerationReport;
using sim::Json;
using sim::json_text;
using sim::PrefillProgress;
using sim::PromptReport;
using sim::ToolCall;

std::string_view name_of(FinishReason reason) {
  switch (reason) {
    case FinishReason::length:
      return "length";
    case FinishReason::tool_calls:
      return "tool_calls";
    case FinishReason::end_of_turn:
    case FinishReason::stop_sequence:
      break;
  }
  return "stop";
}

// What both forms of a reply have in common.
class Spelling {
 public:
  Spelling(const ChatRequest& request, const Quirks& quirks, Mishap mishap)
      : request_(request), quirks_(quirks), mishap_(mishap) {}

  const Quirks& quirks() const { return quirks_; }
  bool drops_usage() const { return mishap_ == Mishap::no_usage; }
  bool cannot_parse_calls() const { return mishap_ == Mishap::unparsed_call; }
  bool loses_end() const { return mishap_ == Mishap::stream_end_missing; }
  bool asks_for_usage() const {
    return quirks_.stream_usage == StreamUsage::always || request_.usage_chunk == sim::UsageChunk::wanted;
  }
  bool call_vanishes() const {
    return quirks_.streamed_calls == StreamedCalls::never_when_automatic &&
           request_.tool_choice == sim::ToolChoice::automatic;
  }

  const char* reasoning_member() const {
    switch (quirks_.reasoning) {
      case Reasoning::none:
        return nullptr;
      case Reasoning::reasoning_content:
        return "reasoning_content";
      case Reasoning::reasoning:
        return "reasoning";
    }
    return nullptr;
  }

  Json envelope(std::string_view object, const PromptReport& prompt) const {
    return {{"id", "chatcmpl-" + prompt.digest},
            {"object", object},
            {"created", 1'700'000'000},
            {"model", quirks_.served_model}};
  }

  Json call_json(const ToolCall& call, const PromptReport& prompt, std::size_t index) const {
    return {{"id", "call_" + prompt.digest + std::to_string(index)},
            {"type", "function"},
            {"function", {{"name", call.name}, {"arguments", call.arguments}}}};
  }

  Json usage(const PromptReport& prompt, const GenerationReport& generation) const {
    Json usage = {{"prompt_tokens", prompt.prompt_tokens},
                  {"completion_tokens", generation.tokens},
                  {"total_tokens", prompt.prompt_tokens + generation.tokens}};
    const bool says_nothing =
        quirks_.cached_tokens == CachedTokens::never ||
        (quirks_.cached_tokens == CachedTokens::omitted_when_zero && prompt.reused_tokens == 0);
    if (!says_nothing) usage["prompt_tokens_details"] = {{"cached_tokens", prompt.reused_tokens}};
    if (says_nothing && quirks_.name == "vllm") usage["prompt_tokens_details"] = nullptr;
    return usage;
  }

  // What a call that the server's parser gives up on looks like to the client; "" where it is lost.
  std::string unparsed_text(const ToolCall& call) const {
    const std::string json = R"({"name": ")" + call.name + R"(", "arguments": )" + call.arguments + "}";
    switch (quirks_.unparsed_calls) {
      case UnparsedCalls::tool_call_tags:
        return "<tool_call>\n" + json + "\n</tool_call>";
      case UnparsedCalls::tool_request_tags:
        return "[TOOL_REQUEST]" + json + "[END_TOOL_REQUEST]";
      case UnparsedCalls::dropped:
        break;
    }
    return {};
  }

  // A server that lost a call still says that there was one.
  std::string_view finish_reason(const GenerationReport& report) const {
    const bool became_text = cannot_parse_calls() && quirks_.unparsed_calls != UnparsedCalls::dropped;
    if (became_text && report.reason == FinishReason::tool_calls) return "stop";
    return name_of(report.reason);
  }

 private:
  const ChatRequest& request_;
  const Quirks& quirks_;
  const Mishap mishap_;
};

class WholeCompletion final : public sim::WholeReply {
 public:
  WholeCompletion(Spelling spelling, ResponseWriter& writer) : spelling_(spelling), writer_(writer) {}

  Status finish(const GenerationReport& report) override {
    if (spelling_.cannot_parse_calls()) {
      for (const ToolCall& call : calls_) text_ += spelling_.unparsed_text(call);
      calls_.clear();
    }
    const bool filled = spelling_.quirks().deltas == Deltas::filled;
    Json message = {{"role", "assistant"}, {"content", nullptr}};
    if (!text_.empty() || calls_.empty()) message["content"] = text_;
    if (filled) message["reasoning_content"] = nullptr;
    if (const char* member = spelling_.reasoning_member(); member != nullptr && !thinking_.empty())
      message[member] = thinking_;
    if (filled) message["tool_calls"] = Json::array();
    for (std::size_t i = 0; i < calls_.size(); ++i)
      message["tool_calls"].push_back(spelling_.call_json(calls_[i], prompt_, i));
    Json body = spelling_.envelope("chat.completion", prompt_);
    body["choices"] = Json::array({{{"index", 0},
                                    {"message", std::move(message)},
                                    {"finish_reason", spelling_.finish_reason(report)}}});
    if (!spelling_.drops_usage()) body["usage"] = spelling_.usage(prompt_, report);
    return writer_.send(200, {{"Content-Type", std::string(sim::kJsonContent)}}, json_text(body));
  }

 private:
  const Spelling spelling_;
  ResponseWriter& writer_;
};

class CompletionStream final : public sim::ReplySink {
 public:
  CompletionStream(Spelling spelling, ResponseWriter& writer) : spelling_(spelling), writer_(writer) {}

  Status progress(const PrefillProgress&) override { return {}; }

  Status begin(const PromptReport& report) override {
    prompt_ = report;
    const HeaderFields headers{{"Content-Type", std::string(sim::kEventStreamContent)},
                               {"Cache-Control", "no-cache"}};
    if (auto started = writer_.start(200, headers); !started) return started;
    if (auto sent = comment(); !sent) return sent;
    if (quirks().deltas == Deltas::role_in_each) return {};
    return delta({{"role", "assistant"}, {"content", ""}});
  }

  Status thinking(std::string_view piece) override {
    const char* member = spelling_.reasoning_member();
    return member == nullptr ? Status() : delta({{member, piece}});
  }

  Status text(std::string_view piece) override {
    if (++text_pieces_ == 2 && quirks().comments == Comments::openrouter) {
      if (auto sent = comment(); !sent) return sent;
    }
    return delta({{"content", piece}});
  }

  Status begin_tool_call(std::size_t, std::string_view name) override {
    calls_.push_back({std::string(name), {}});
    if (!streams_calls()) return {};
    Json call = spelling_.call_json(calls_.back(), prompt_, calls_.size() - 1);
    return call_delta(std::move(call), calls_.size() - 1);
  }

  Status tool_arguments(std::size_t index, std::string_view piece) override {
    calls_.at(index).arguments += piece;
    if (!streams_calls()) return {};
    return call_delta({{"function", {{"arguments", piece}}}}, index);
  }

  Status finish(const GenerationReport& report) override {
    if (!calls_.empty() && !streams_calls()) {
      if (auto sent = gathered_calls(); !sent) return sent;
    }
    // MLX-Textgen leaves out everything behind the point where the call began.
    if (calls_.empty() || !spelling_.call_vanishes()) {
      if (auto sent = finish_chunk(report); !sent) return sent;
    }
    if (spelling_.loses_end()) return writer_.finish();
    const bool blank = quirks().stream_end == StreamEnd::blank_line;
    if (auto sent = writer_.write(blank ? "data: [DONE]\n\n" : "data: [DONE]"); !sent) return sent;
    return writer_.finish();
  }

 private:
  const Quirks& quirks() const { return spelling_.quirks(); }
  bool streams_calls() const {
    return quirks().streamed_calls == StreamedCalls::in_deltas && !spelling_.cannot_parse_calls();
  }

  Status gathered_calls() {
    if (spelling_.call_vanishes()) return {};
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      const std::string text =
          spelling_.cannot_parse_calls() ? spelling_.unparsed_text(calls_[i]) : std::string();
      if (spelling_.cannot_parse_calls() && text.empty()) continue;
      if (auto sent = text.empty() ? call_delta(spelling_.call_json(calls_[i], prompt_, i), i)
                                   : delta({{"content", text}});
          !sent) {
        return sent;
      }
    }
    return {};
  }

  Status finish_chunk(const GenerationReport& report) {
    Json last = chunk(Json::object(), std::string(spelling_.finish_reason(report)));
    const bool says_usage = spelling_.asks_for_usage() && !spelling_.drops_usage();
    // MLX-Textgen and the legacy script put the figures into the last chunk, the others send one more.
    const bool in_last = quirks().deltas == Deltas::filled;
    if (says_usage && in_last) last["usage"] = spelling_.usage(prompt_, report);
    if (auto sent = event(last); !sent || !says_usage || in_last) return sent;
    Json figures = spelling_.envelope("chat.completion.chunk", prompt_);
    figures["choices"] = Json::array();
    figures["usage"] = spelling_.usage(prompt_, report);
    return event(figures);
  }

  Status comment() {
    switch (quirks().comments) {
      case Comments::none:
        return {};
      case Comments::keepalive:
        return writer_.write(": keepalive 1/1\n\n");
      case Comments::openrouter:
        return writer_.write(": OPENROUTER PROCESSING\n\n");
    }
    return {};
  }

  Json chunk(const Json& members, Json finish_reason) const {
    Json delta = Json::object();
    if (quirks().deltas == Deltas::role_in_each) delta["role"] = "assistant";
    if (quirks().deltas == Deltas::filled) {
      delta = {{"role", nullptr},
               {"content", nullptr},
               {"reasoning_content", nullptr},
               {"tool_calls", Json::array()}};
    }
    delta.update(members);
    Json chunk = spelling_.envelope("chat.completion.chunk", prompt_);
    chunk["choices"] = Json::array(
        {{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", std::move(finish_reason)}}});
    if (quirks().deltas == Deltas::filled) chunk["usage"] = nullptr;
    return chunk;
  }
  Status delta(const Json& members) { return event(chunk(members, nullptr)); }
  Status call_delta(Json call, std::size_t index) {
    call["index"] = index;
    Json calls = Json::array();
    calls.push_back(std::move(call));
    return delta({{"tool_calls", std::move(calls)}});
  }
  Status event(const Json& data) { return writer_.write("data: " + json_text(data) + "\n\n"); }

  const Spelling spelling_;
  ResponseWriter& writer_;
  PromptReport prompt_;
  std::vector<ToolCall> calls_;
  std::size_t text_pieces_ = 0;
};

}  // namespace

std::unique_ptr<sim::ReplySink> make_chat_sink(const ChatRequest& request, const Quirks& quirks,
                                               Mishap mishap, ResponseWriter& writer) {
  const Spelling spelling(request, quirks, mishap);
  if (request.delivery == sim::Delivery::stream) return std::make_unique<CompletionStream>(spelling, writer);
  return std::make_unique<WholeCompletion>(spelling, writer);
}

}  // namespace anyclaude::emulators
