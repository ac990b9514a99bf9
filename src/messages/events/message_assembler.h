// Puts a streamed message together again, with every block and field it had, so that it can be stored or sent
// whole.
#pragma once

#include <string>
#include <string_view>

#include "messages/events/whole_message.h"

namespace anyclaude {

// How far a message got.
enum class MessageCompleteness {
  nothing,     // no message_start yet
  incomplete,  // cut off, or an event was out of order or of a kind that cannot be put together
  failed,      // an `error` event came
  complete,    // message_stop came, every block was closed
};

// Not thread-safe.
class MessageAssembler {
 public:
  // Events with unknown names are ignored, as Anthropic asks of clients; unknown delta types make the message
  // incomplete, for it could not be replayed.
  void feed(std::string_view event_name, std::string_view data_json);

  MessageCompleteness completeness() const { return completeness_; }
  // Whether the message is incomplete because an event, or a call's input, is nested deeper than
  // kJsonDepthMax.
  bool is_too_deep() const { return too_deep_; }
  // The message as a non-streamed reply carries it: id, type, role, model, content, stop_reason,
  // stop_sequence, usage and whatever else was in it. Meaningful once completeness() is complete.
  const WholeMessage& whole() const { return whole_; }
  const WholeMessage::Json& message() const { return whole_.json; }
  WholeMessage::Json take() { return std::move(whole_.json); }
  // The data of the `error` event, if one came.
  const std::string& error_json() const { return error_json_; }

 private:
  using Json = WholeMessage::Json;
  void dispatch(std::string_view event_name, const Json& event, std::string_view data_json);
  void start(const Json& event);
  void block_start(const Json& event, std::string_view data_json);
  void block_delta(const Json& event);
  void block_stop(const Json& event);
  void message_delta(const Json& event);
  void message_stop();
  bool is_open(const Json& event) const;
  void give_up();
  // The same, for text that could not be read.
  void give_up(std::string_view unread);

  WholeMessage whole_;
  bool block_is_open_ = false;
  std::string partial_input_;  // of the block that is open, its input_json_delta texts so far
  bool closing_ = false;       // message_delta came: no block may open any more
  bool broken_ = false;
  bool too_deep_ = false;
  std::string error_json_;
  MessageCompleteness completeness_ = MessageCompleteness::nothing;
};

class MessageEventSink;

// The events that tell a client a stored message, such that a MessageAssembler fed with them holds the same
// message again. Text, thinking and tool input go in one delta per block, the input in the words in which the
// model wrote it; a block of an unknown type goes whole in its content_block_start.
void replay_message(const WholeMessage& message, MessageEventSink& sink);

}  // namespace anyclaude
