// A reply laid out as the tokens that the model generates for it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/simserver/reply.h"
#include "tools/simserver/reply_sink.h"
#include "tools/simserver/tokenizer.h"

namespace anyclaude::sim {

// What of a turn's text reaches the client as what.
enum class SpanKind { markup, thinking, text, tool_call, tool_arguments };

struct Span {
  SpanKind kind;
  std::size_t end;   // in the turn's text
  std::size_t call;  // index of the tool call
};

class Generation {
 public:
  // `tokens_max` bounds the generation: the request's own limit, and the room left in the context. The reply
  // is cut at the first stop sequence in its text.
  Generation(const Reply& reply, const std::vector<std::string>& stop_sequences, std::size_t tokens_max);

  // One view per token; they point into this object.
  const std::vector<std::string_view>& pieces() const { return pieces_; }
  Tokens tokens() const;
  FinishReason reason() const { return reason_; }
  const std::string& stop_sequence() const { return stop_sequence_; }
  const std::vector<ToolCall>& tool_calls() const { return reply_.tool_calls; }

  // Tells the sink what the piece says, which may be nothing (markup) or the end of one thing and the
  // beginning of the next.
  Status emit(std::string_view piece, ReplySink& sink) const;

  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

 private:
  void cut_at_stop_sequence(const std::vector<std::string>& stop_sequences);
  void lay_out();
  void append(SpanKind kind, std::string_view text, std::size_t call = 0);
  Status emit_part(const Span& span, std::size_t begin, std::size_t end, ReplySink& sink) const;

  Reply reply_;
  std::string turn_;
  std::vector<Span> spans_;
  std::vector<std::string_view> pieces_;
  FinishReason reason_ = FinishReason::end_of_turn;
  std::string stop_sequence_;
};

}  // namespace anyclaude::sim
