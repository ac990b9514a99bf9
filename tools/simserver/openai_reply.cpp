#include "tools/simserver/openai_reply.h"

#include "tools/simserver/dialect.h"
#include "tools/simserver/whole_reply.h"

namespace anyclaude::sim {
namespace {

// Equal requests get equal bytes, so no clock is read.
constexpr std::uint64_t kCreated = 1'700'000'000;

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

std::string call_id(const std::string& digest, std::size_t index) {
  return "call_" + digest + std::to_string(1000 + index);
}

Json envelope(std::string_view object, const ChatRequest& request, const PromptReport& prompt) {
  return {{"id", "chatcmpl-" + prompt.digest},
          {"object", object},
          {"created", kCreated},
          {"model", request.model},
          {"system_fingerprint", "simserver"}};
}

Json usage_json(const PromptReport& prompt, const GenerationReport& generation) {
  return {{"completion_tokens", generation.tokens},
          {"prompt_tokens", prompt.prompt_tokens},
          {"total_tokens", prompt.prompt_tokens + generation.tokens},
          {"prompt_tokens_details", {{"cached_tokens", prompt.reused_tokens}}}};
}

Json timings_json(const PromptReport& prompt, const GenerationReport& generation) {
  return {{"cache_n", prompt.reused_tokens},
          {"prompt_n", prompt.prompt_tokens - prompt.reused_tokens},
          {"prompt_ms", prompt.prefill_ms},
          {"predicted_n", generation.tokens},
          {"predicted_ms", generation.decode_ms}};
}

class WholeCompletion final : public WholeReply {
 public:
  WholeCompletion(const ChatRequest& request, ResponseWriter& writer) : request_(request), writer_(writer) {}

  Status finish(const GenerationReport& report) override {
    Json message = {{"role", "assistant"}, {"content", nullptr}};
    if (!text_.empty() || calls_.empty()) message["content"] = text_;
    if (!thinking_.empty()) message["reasoning_content"] = thinking_;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      message["tool_calls"].push_back(
          {{"type", "function"},
           {"id", call_id(prompt_.digest, i)},
           {"function", {{"name", calls_[i].name}, {"arguments", calls_[i].arguments}}}});
    }
    Json body = envelope("chat.completion", request_, prompt_);
    body["choices"] = Json::array(
        {{{"index", 0}, {"message", std::move(message)}, {"finish_reason", name_of(report.reason)}}});
    body["usage"] = usage_json(prompt_, report);
    body["timings"] = timings_json(prompt_, report);
    return writer_.send(200, {{"Content-Type", std::string(kJsonContent)}}, json_text(body));
  }

 private:
  const ChatRequest& request_;
  ResponseWriter& writer_;
};

class CompletionStream final : public ReplySink {
 public:
  CompletionStream(const ChatRequest& request, ResponseWriter& writer) : request_(request), writer_(writer) {}

  Status progress(const PrefillProgress& progress) override {
    Json chunk = this->chunk(Json::object(), nullptr);
    chunk["prompt_progress"] = {{"total", progress.total},
                                {"cache", progress.reused},
                                {"processed", progress.processed},
                                {"time_ms", 0}};
    return event(chunk);
  }

  Status begin(const PromptReport& report) override {
    prompt_ = report;
    return event(chunk({{"role", "assistant"}, {"content", nullptr}}, nullptr));
  }
  Status thinking(std::string_view piece) override { return delta({{"reasoning_content", piece}}); }
  Status text(std::string_view piece) override { return delta({{"content", piece}}); }
  Status begin_tool_call(std::size_t index, std::string_view name) override {
    return tool_delta({{"index", index},
                       {"id", call_id(prompt_.digest, index)},
                       {"type", "function"},
                       {"function", {{"name", name}, {"arguments", ""}}}});
  }
  Status tool_arguments(std::size_t index, std::string_view piece) override {
    return tool_delta({{"index", index}, {"function", {{"arguments", piece}}}});
  }

  Status finish(const GenerationReport& report) override {
    Json last = chunk(Json::object(), std::string(name_of(report.reason)));
    if (request_.usage_chunk == UsageChunk::wanted) {
      if (auto sent = event(last); !sent) return sent;
      last = envelope("chat.completion.chunk", request_, prompt_);
      last["choices"] = Json::array();
      last["usage"] = usage_json(prompt_, report);
    }
    last["timings"] = timings_json(prompt_, report);
    if (auto sent = event(last); !sent) return sent;
    if (auto sent = writer_.write("data: [DONE]\n\n"); !sent) return sent;
    return writer_.finish();
  }

 private:
  Json chunk(Json delta, Json finish_reason) const {
    Json chunk = envelope("chat.completion.chunk", request_, prompt_);
    chunk["choices"] = Json::array(
        {{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", std::move(finish_reason)}}});
    return chunk;
  }
  Status delta(Json delta) { return event(chunk(std::move(delta), nullptr)); }
  Status tool_delta(Json call) {
    Json calls = Json::array();
    calls.push_back(std::move(call));
    return delta({{"tool_calls", std::move(calls)}});
  }
  // The head goes out with the first event: while the prompt is read, an error can still be a proper status.
  Status event(const Json& data) {
    if (!writer_.started()) {
      const HeaderFields headers{{"Content-Type", std::string(kEventStreamContent)},
                                 {"Cache-Control", "no-cache"}};
      if (auto started = writer_.start(200, headers); !started) return started;
    }
    return writer_.write("data: " + json_text(data) + "\n\n");
  }

  const ChatRequest& request_;
  ResponseWriter& writer_;
  PromptReport prompt_;
};

}  // namespace

std::unique_ptr<ReplySink> make_openai_sink(const ChatRequest& request, ResponseWriter& writer) {
  if (request.delivery == Delivery::stream) return std::make_unique<CompletionStream>(request, writer);
  return std::make_unique<WholeCompletion>(request, writer);
}

}  // namespace anyclaude::sim
