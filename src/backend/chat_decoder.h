// Reads the replies of /v1/chat/completions, streamed or whole.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/reply_decoder.h"
#include "backend/tool_call_collector.h"
#include "backend/upstream_error.h"
#include "http/sse.h"

namespace anyclaude {

class ChatDecoder final : public ReplyDecoder {
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
    Voice voice;
    std::string text;
  };

  void read_event(const SseEvent& event);
  void read_reply(const Json& reply);
  void read_choice(const Json& choice);
  void read_delta(const Json& delta);
  void read_content(const Json& content);
  void read_finish(const Json& choice);
  void speak(Voice voice, std::string_view text);
  void say(Voice voice, std::string_view text);
  void start_message();
  void close_message();
  bool said_anything() const { return said_bytes_ > 0 || calls_.any(); }
  StopReason stop_reason() const;
  Usage usage() const;
  void fail(ApiError error);

  const DecoderContext context_;
  const PromptSizes sizes_;
  MessageStream& stream_;
  ToolCallCollector calls_;
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
  // White space that begins a block waits here: a block of nothing else is not worth having, and Anthropic
  // refuses such blocks in a history.
  Spoken blank_{Voice::text, {}};
  std::optional<Voice> open_voice_;
  std::vector<Spoken> behind_calls_;  // said while a call was open
};

}  // namespace anyclaude
