// Frames a reply as Anthropic does: message_start first, each block closed before the next opens,
// message_delta and message_stop last. Decoders write text, thinking and tool calls here and cannot get the
// order wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messages/events/message_event.h"

namespace anyclaude {

struct Usage {
  std::optional<std::uint64_t> input_tokens = std::nullopt;  // without cached tokens, as Anthropic counts
  std::optional<std::uint64_t> output_tokens = std::nullopt;
  std::optional<std::uint64_t> cache_read_input_tokens = std::nullopt;
  std::optional<std::uint64_t> cache_creation_input_tokens = std::nullopt;
};

enum class StopReason { end_turn, max_tokens, stop_sequence, tool_use, pause_turn, refusal };
std::string_view name_of(StopReason reason);

// Not thread-safe. Every call hands its events to the sink before it returns. A call out of turn (a delta
// before start, anything after finish or error) says nothing.
class MessageStream {
 public:
  explicit MessageStream(MessageEventSink& sink) : sink_(sink) {}

  // `id` and `model` as the client is to see them. `estimate.input_tokens` must not be 0: the client sizes
  // its context from it. Called once, first.
  void start(std::string_view id, std::string_view model, const Usage& estimate);
  bool started() const { return phase_ != Phase::before_start; }
  bool ended() const { return phase_ == Phase::ended; }

  // Deltas open the block they need and close any other. Empty text opens nothing.
  void text(std::string_view delta);
  void thinking(std::string_view delta);
  // Any thinking block that closes gets a signature of this broker (`anyclaude1:` and a digest of its text),
  // so that the same thinking always carries the same one.
  void begin_tool_use(std::string_view id, std::string_view name);
  void tool_input(std::string_view json_delta);

  void ping();
  // Closes what is open, then message_delta and message_stop.
  void finish(StopReason reason, std::string_view stop_sequence, const Usage& usage);
  // Closes nothing: the client must see that the answer is not whole.
  void error(std::string_view api_error_json);

 private:
  enum class Phase { before_start, running, ended };
  enum class Open { none, text, thinking, tool_use };
  void open_block(Open kind, std::string_view block_json);
  void close_block();
  void delta(std::string_view delta_json);
  void emit(std::string_view name, std::string data);

  MessageEventSink& sink_;
  Open open_ = Open::none;
  Phase phase_ = Phase::before_start;
  std::size_t index_ = 0;
  std::string thinking_text_;  // of the block that is open
};

// The signature this broker writes under thinking that a local model produced.
inline constexpr std::string_view kOwnThinkingSignaturePrefix = "anyclaude1:";

}  // namespace anyclaude
