#include "tools/simserver/generation.h"

#include <algorithm>

#include "tools/simserver/chat_template.h"

namespace anyclaude::sim {

Generation::Generation(const Reply& reply, const std::vector<std::string>& stop_sequences,
                       std::size_t tokens_max)
    : reply_(reply) {
  cut_at_stop_sequence(stop_sequences);
  lay_out();
  if (reason_ != FinishReason::stop_sequence && !reply_.tool_calls.empty())
    reason_ = FinishReason::tool_calls;
  pieces_ = split_pieces(turn_);
  if (pieces_.size() > tokens_max || tokens_max == 0) {
    pieces_.resize(std::min(pieces_.size(), tokens_max));
    reason_ = FinishReason::length;
    stop_sequence_.clear();
  }
}

void Generation::cut_at_stop_sequence(const std::vector<std::string>& stop_sequences) {
  std::size_t first = std::string::npos;
  for (const std::string& sequence : stop_sequences) {
    const std::size_t at = sequence.empty() ? std::string::npos : reply_.text.find(sequence);
    if (at >= first) continue;
    first = at;
    stop_sequence_ = sequence;
  }
  if (first == std::string::npos) return;
  reply_.text.resize(first);
  reply_.tool_calls.clear();
  reason_ = FinishReason::stop_sequence;
}

void Generation::lay_out() {
  if (!reply_.thinking.empty()) {
    const std::string marked = thinking_markup(reply_.thinking);
    const std::size_t begin = marked.find(reply_.thinking);
    append(SpanKind::markup, std::string_view(marked).substr(0, begin));
    append(SpanKind::thinking, reply_.thinking);
    append(SpanKind::markup, std::string_view(marked).substr(begin + reply_.thinking.size()));
  }
  append(SpanKind::text, reply_.text);
  for (std::size_t i = 0; i < reply_.tool_calls.size(); ++i) {
    if (i > 0 || !reply_.text.empty()) append(SpanKind::markup, "\n");
    append(SpanKind::tool_call, tool_call_opening(reply_.tool_calls[i].name), i);
    append(SpanKind::tool_arguments, reply_.tool_calls[i].arguments, i);
    append(SpanKind::markup, kToolCallClosing);
  }
}

void Generation::append(SpanKind kind, std::string_view text, std::size_t call) {
  if (text.empty()) return;
  turn_ += text;
  spans_.push_back({kind, turn_.size(), call});
}

Tokens Generation::tokens() const {
  Tokens tokens;
  tokens.reserve(pieces_.size());
  for (const std::string_view piece : pieces_) tokens.push_back(token_of(piece));
  return tokens;
}

Status Generation::emit(std::string_view piece, ReplySink& sink) const {
  auto begin = static_cast<std::size_t>(piece.data() - turn_.data());
  const std::size_t end = begin + piece.size();
  auto span =
      std::upper_bound(spans_.begin(), spans_.end(), begin,
                       [](std::size_t position, const Span& candidate) { return position < candidate.end; });
  for (; begin < end; ++span) {
    const std::size_t part_end = std::min(end, span->end);
    if (auto status = emit_part(*span, begin, part_end, sink); !status) return status;
    begin = part_end;
  }
  return {};
}

Status Generation::emit_part(const Span& span, std::size_t begin, std::size_t end, ReplySink& sink) const {
  const std::string_view part = std::string_view(turn_).substr(begin, end - begin);
  switch (span.kind) {
    case SpanKind::markup:
      return {};
    case SpanKind::thinking:
      return sink.thinking(part);
    case SpanKind::text:
      return sink.text(part);
    case SpanKind::tool_call:
      // A model commits to a call when the name is whole: at the end of the opening.
      if (end < span.end) return {};
      return sink.begin_tool_call(span.call, reply_.tool_calls[span.call].name);
    case SpanKind::tool_arguments:
      return sink.tool_arguments(span.call, part);
  }
  return {};
}

}  // namespace anyclaude::sim
