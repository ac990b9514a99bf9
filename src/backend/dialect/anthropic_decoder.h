// Reads the replies of local servers that speak Anthropic's interface, streamed or whole.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "backend/dialect/reply_assembler.h"
#include "backend/dialect/reply_decoder.h"
#include "backend/dialect/upstream_error.h"
#include "http/wire/sse.h"

namespace anyclaude {

// Every message, block and signature gets the broker's own frame and ids: such servers leave out events, give
// two calls one id, or sign nothing. A stream that says neither why nor that it ended is an error, not an
// answer.
class AnthropicDecoder final : public ReplyDecoder {
 public:
  AnthropicDecoder(DecoderContext context, std::string_view content_type, MessageStream& stream);

  void feed(std::string_view bytes) override;
  void finish(UpstreamEnd end) override;
  const std::optional<ApiError>& error() const override { return error_; }
  const UpstreamReport& report() const override { return report_; }

 private:
  using Json = nlohmann::json;
  enum class Form { unknown, events, whole };
  enum class State { reading, closed, failed };

  void read_event(const SseEvent& event);
  void read_message(const Json& message, std::string_view text);
  // `input_text` is how the server spelled the block's input, if it has one.
  void begin_block(const Json& block, std::string_view input_text);
  void read_delta(const Json& delta);
  void end_block();
  void read_end(const Json& message);
  void read_usage(const Json& object);
  void read_stop(UpstreamEnd end);
  void tool_input(std::string_view json);
  void close_message();
  void settle_report();
  StopReason stop_reason() const;
  void fail(ApiError error);

  const DecoderContext context_;
  const PromptSizes sizes_;
  MessageStream& stream_;
  ReplyAssembler answer_;
  SseParser events_;
  Form form_ = Form::unknown;
  const bool declared_json_;
  std::string whole_body_;

  State state_ = State::reading;
  std::optional<ApiError> error_;
  UpstreamReport report_;
  std::optional<std::uint64_t> input_tokens_;
  std::optional<std::uint64_t> cache_read_tokens_;
  std::optional<std::uint64_t> cache_creation_tokens_;
  std::int64_t calls_ = 0;
  bool in_tool_call_ = false;
  std::string said_reason_;
  std::string met_stop_;
};

std::unique_ptr<ReplyDecoder> make_anthropic_decoder(DecoderContext context, std::string_view content_type,
                                                     MessageStream& stream);

}  // namespace anyclaude
