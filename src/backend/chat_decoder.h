// Reads the replies of /v1/chat/completions, streamed or whole.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/hold_pings.h"
#include "backend/reply_decoder.h"
#include "backend/tool_call_collector.h"
#include "backend/tool_call_rescue.h"
#include "backend/upstream_error.h"
#include "http/sse.h"

namespace anyclaude {

// Remembers the call with which reasoning ended.
class ReasoningCalls final : public ToolCallSink {
 public:
  void on_text(std::string_view text) override;
  void on_thinking(std::string_view text) override { on_text(text); }
  void on_call(const RescuedCall& call) override { calls_.push_back(call); }
  const std::vector<RescuedCall>& at_the_end() const { return calls_; }

 private:
  std::vector<RescuedCall> calls_;
};

class ChatDecoder final : public ReplyDecoder, private ToolCallSink {
 public:
  ChatDecoder(DecoderContext context, std::string_view content_type, MessageStream& stream);

  void feed(std::string_view bytes) override;
  void finish(UpstreamEnd end) override;
  const std::optional<ApiError>& error() const override { return error_; }
  const UpstreamReport& report() const override { return report_; }

 private:
  using Json = nlohmann::json;
  // How the body is written; the first byte that is not blank tells.
  enum class Form { unknown, events, whole };
  enum class State { reading, closed, failed };
  enum class Voice { text, thinking };
  struct Spoken {
    Voice voice = Voice::text;
    std::string text = {};
    std::optional<RescuedCall> call = std::nullopt;  // instead of text
  };

  void read_event(const SseEvent& event);
  void read_reply(const Json& reply);
  void read_choice(const Json& choice);
  void read_delta(const Json& delta);
  void read_content(const Json& content);
  void read_finish(const Json& choice);
  void on_text(std::string_view text) override { speak(Voice::text, text); }
  void on_thinking(std::string_view text) override { speak(Voice::thinking, text); }
  void on_call(const RescuedCall& call) override;
  // What the server said, before calls are looked for in it.
  void hear(Voice voice, std::string_view text);
  void hear_call(const Json& entry);
  void settle_held_text();
  void speak(Voice voice, std::string_view text);
  void say(Voice voice, std::string_view text);
  void say_call(const RescuedCall& call);
  void start_message();
  void close_message();
  bool is_rescuing() const { return context_.rescue == RescueMode::on; }
  bool has_calls() const { return calls_.any() || rescued_calls_; }
  bool said_anything() const { return said_bytes_ > 0 || has_calls() || rescue_.held_bytes() > 0; }
  StopReason stop_reason() const;
  Usage usage() const;
  void fail(ApiError error);

  const DecoderContext context_;
  const PromptSizes sizes_;
  MessageStream& stream_;
  OfferedTools tools_;
  ToolCallCollector calls_;
  ToolCallRescue rescue_;
  ReasoningCalls reasoning_calls_;
  ToolCallRescue reasoning_rescue_;
  HoldPings pings_;
  SseParser events_;
  Form form_ = Form::unknown;
  bool declared_json_;
  std::string whole_body_;

  State state_ = State::reading;
  std::optional<ApiError> error_;
  UpstreamReport report_;
  std::string finish_reason_;
  std::string matched_stop_;
  bool refused_ = false;
  std::size_t said_bytes_ = 0;
  bool said_text_ = false;
  bool rescued_calls_ = false;
  // White space that begins a block waits here: a block of nothing else is not worth having, and Anthropic
  // refuses such blocks in a history.
  Spoken blank_;
  std::optional<Voice> open_voice_;
  std::vector<Spoken> behind_calls_;  // said while a call was open
};

}  // namespace anyclaude
