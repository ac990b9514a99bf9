#include "backend/tool_calls/tool_call_collector.h"

#include "base/limits.h"
#include "base/random_id.h"

namespace anyclaude {
void ObjectEndFinder::feed(std::string_view piece) {
  for (const char c : piece) {
    if (blank_ && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) continue;
    blank_ = false;
    if (ended_) return;
    if (in_string_) {
      in_string_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && depth_ > 0) {
      ended_ = --depth_ == 0;
    }
  }
}

void ToolCallCollector::feed(const ToolCallPiece& piece) {
  Call* call = call_for(piece);
  if (call == nullptr) return;
  if (call->name.empty()) call->name = piece.name;
  if (!piece.arguments.empty()) add_arguments(*call, piece.arguments);
  advance();
}

// The call that a piece speaks of: the one of its index, unless an id says that it is another one; without an
// index the one of its id; without either the last one, unless a name begins a new one.
ToolCallCollector::Call* ToolCallCollector::call_for(const ToolCallPiece& piece) {
  for (auto known = calls_.rbegin(); known != calls_.rend(); ++known) {
    Call& call = *known;
    const bool other_id = !piece.id.empty() && !call.upstream_id.empty() && call.upstream_id != piece.id;
    const bool same_place = piece.index        ? call.index == piece.index
                            : piece.id.empty() ? piece.name.empty()
                                               : !other_id;
    if (!same_place || (other_id && !piece.name.empty())) continue;
    if (call.upstream_id.empty()) call.upstream_id = piece.id;
    return &call;
  }
  too_many_ = too_many_ || calls_.size() == limits::kToolCallsMax;
  if (too_many_) return nullptr;
  calls_.push_back({.index = piece.index, .upstream_id = std::string(piece.id)});
  return &calls_.back();
}

void ToolCallCollector::add_arguments(Call& call, std::string_view piece) {
  // Behind the end of its object nothing belongs to a call.
  if (call.arguments_end.at_end()) return;
  call.arguments_end.feed(piece);
  bytes_ += piece.size();
  if (call.begun) {
    say_arguments(call, piece);
  } else {
    call.waiting_arguments += piece;
  }
}

void ToolCallCollector::begin(Call& call) {
  call.begun = true;
  const Tool* tool = tools_ ? tools_->find(call.name) : nullptr;
  if (tool) call.fitter = ToolArgumentFitter(&tools_->schema(*tool));
  stream_.begin_tool_use(random_id("toolu_"), tool ? tool->name : call.name);
  say_arguments(call, call.waiting_arguments);
  call.waiting_arguments.clear();
}

void ToolCallCollector::say_arguments(Call& call, std::string_view piece) {
  stream_.tool_input(call.fitter.feed(piece));
  pings_.note(call.fitter.held_bytes(), stream_);
}

void ToolCallCollector::advance() {
  for (; current_ < calls_.size(); ++current_) {
    Call& call = calls_[current_];
    if (!call.begun && !call.name.empty()) begin(call);
    if (!call.begun || !call.arguments_end.at_end()) return;
  }
}

bool ToolCallCollector::is_between_calls() const {
  return current_ == calls_.size();
}

Status ToolCallCollector::finish() {
  const auto refuse = [](std::string message) {
    return fail(ErrorKind::protocol, ErrorSource::upstream, std::move(message));
  };
  if (too_many_)
    return refuse("the model server sent more than " + std::to_string(limits::kToolCallsMax) +
                  " tool calls in one answer");
  for (; current_ < calls_.size(); ++current_) {
    Call& call = calls_[current_];
    if (call.name.empty()) return refuse("the model server sent a tool call without a name");
    if (!call.begun) begin(call);
    stream_.tool_input(call.fitter.finish());
    if (call.arguments_end.is_blank()) stream_.tool_input("{}");
  }
  return {};
}

}  // namespace anyclaude
