// Tool calls out of a stream in which they may be mixed, one after the other into a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/tool_calls/hold_pings.h"
#include "backend/tool_calls/tool_call_arguments.h"
#include "backend/tool_calls/tool_call_offers.h"
#include "base/error.h"
#include "messages/events/message_stream.h"

namespace anyclaude {

// Knows when the JSON object that comes in pieces is whole. Not a validator: text that is no object is never
// whole.
class ObjectEndFinder {
 public:
  void feed(std::string_view piece);
  bool at_end() const { return ended_; }
  // Nothing but white space so far.
  bool is_blank() const { return blank_; }

 private:
  std::size_t depth_ = 0;
  bool blank_ = true;
  bool in_string_ = false;
  bool escaped_ = false;
  bool ended_ = false;
};

// What a piece of a reply says of one call. A server may leave out any of it.
struct ToolCallPiece {
  std::optional<std::int64_t> index = std::nullopt;
  std::string_view id = {};
  std::string_view name = {};
  std::string_view arguments = {};
};

// The arguments of the call that is open go on as they come; those of other calls wait until it is whole.
// Each call gets an id of our own, so that no two calls of a conversation share one. Not thread-safe.
class ToolCallCollector {
 public:
  // Names become those of `tools`, and arguments are made to fit where that is lawful; with nullptr both go
  // on as they come.
  ToolCallCollector(MessageStream& stream, OfferedTools* tools) : stream_(stream), tools_(tools) {}

  // A server may give every call the same index, or the same id.
  void feed(const ToolCallPiece& piece);

  bool any() const { return !calls_.empty(); }
  // Of all arguments so far.
  std::size_t bytes() const { return bytes_; }
  // Whether text may be sent now without cutting a call in two.
  bool is_between_calls() const;
  // Says all that waits: no call goes on. A reply with a call that never got a name, or with more calls than
  // kToolCallsMax, is an Error{protocol, upstream}: it cannot be acted upon.
  Status finish();

 private:
  struct Call {
    std::optional<std::int64_t> index = std::nullopt;
    std::string upstream_id = {};
    std::string name = {};
    std::string waiting_arguments = {};
    ToolArgumentFitter fitter{nullptr};
    ObjectEndFinder arguments_end = {};
    bool begun = false;
  };

  // Null when there are too many.
  Call* call_for(const ToolCallPiece& piece);
  void add_arguments(Call& call, std::string_view piece);
  void begin(Call& call);
  void say_arguments(Call& call, std::string_view piece);
  void advance();

  MessageStream& stream_;
  OfferedTools* const tools_;
  HoldPings pings_;
  std::vector<Call> calls_;
  std::size_t bytes_ = 0;
  bool too_many_ = false;
  std::size_t current_ = 0;  // the call that is open, or the next to open
};

}  // namespace anyclaude
