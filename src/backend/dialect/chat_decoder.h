// Reads the replies of /v1/chat/completions, streamed or whole.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "backend/dialect/reply_assembler.h"
#include "backend/dialect/reply_decoder.h"
#include "backend/dialect/upstream_error.h"
#include "http/wire/sse.h"

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

  void read_event(const SseEvent& event);
  // The texts beside the values are how the server spelled them; empty where nothing in them is wanted.
  void read_reply(const Json& reply, std::string_view text);
  void read_choice(const Json& choice, std::string_view text);
  void read_delta(const Json& delta, std::string_view text);
  void read_content(const Json& content);
  void read_finish(const Json& choice);
  void read_call(const Json& entry, std::string_view text);
  void close_message();
  StopReason stop_reason() const;
  void fail(ApiError error);

  const DecoderContext context_;
  const PromptSizes sizes_;
  MessageStream& stream_;
  ReplyAssembler answer_;
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
};

}  // namespace anyclaude
