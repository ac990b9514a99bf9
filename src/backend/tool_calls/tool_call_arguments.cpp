#include "backend/tool_calls/tool_call_arguments.h"

#include <utility>

#include "backend/tool_calls/tool_call_spelling.h"
#include "messages/events/reply_json.h"

namespace anyclaude {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

std::string ToolArgumentFitter::feed(std::string_view piece) {
  if (state_ == State::passing) return std::string(piece);
  for (const char c : piece) step(c);
  return std::exchange(out_, {});
}

std::string ToolArgumentFitter::finish() {
  state_ = State::passing;
  return std::exchange(lead_, {}) + std::exchange(held_, {});
}

void ToolArgumentFitter::step(char c) {
  switch (state_) {
    case State::passing:
      out_ += c;
      return;
    case State::before_object:
      if (!is_blank(c) && c != '{') return give_up(c);
      out_ += c;
      if (c == '{') state_ = State::before_key;
      return;
    case State::before_key:
      if (c == '"') {
        key_.clear();
        state_ = State::key;
      } else if (!is_blank(c)) {
        return give_up(c);
      }
      lead_ += c;
      return;
    case State::key:
      return on_key(c);
    case State::before_colon:
      if (!is_blank(c) && c != ':') return give_up(c);
      lead_ += c;
      if (c == ':') state_ = State::before_value;
      return;
    case State::before_value:
      if (!is_blank(c)) return begin_value(c);
      lead_ += c;
      return;
    case State::value:
      return on_value(c);
    case State::behind_value:
      return on_behind_value(c);
  }
}

// A key with escapes keeps them: it is no property's name then, and its value goes on as it is.
void ToolArgumentFitter::on_key(char c) {
  lead_ += c;
  if (!escaped_ && c == '"') {
    state_ = State::before_colon;
    return;
  }
  escaped_ = !escaped_ && c == '\\';
  key_ += c;
}

void ToolArgumentFitter::begin_value(char c) {
  holds_ = !schema_->may_begin_with(key_, c);
  if (!holds_) say_lead();
  in_string_ = false;
  escaped_ = false;
  depth_ = 0;
  is_scalar_ = c != '"' && c != '{' && c != '[';
  state_ = State::value;
  on_value(c);
}

void ToolArgumentFitter::on_value(char c) {
  if (ends_before(c)) {
    end_value();
    return on_behind_value(c);
  }
  (holds_ ? held_ : out_) += c;
  if (is_scalar_) return;
  if (in_string_) {
    in_string_ = escaped_ || c != '"';
    escaped_ = !escaped_ && c == '\\';
  } else if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if ((c == '}' || c == ']') && depth_ > 0) {
    --depth_;
  }
  if (!in_string_ && depth_ == 0) end_value();
}

bool ToolArgumentFitter::ends_before(char c) const {
  return is_scalar_ && (c == ',' || c == '}' || is_blank(c));
}

void ToolArgumentFitter::end_value() {
  state_ = State::behind_value;
  if (!holds_) return;
  const std::string text = std::exchange(held_, {});
  auto value = parse_ordered_json(text);
  const auto fitted = value.is_discarded() ? std::nullopt : schema_->fit_member(key_, value);
  if (fitted && fitted->is_discarded()) {
    lead_.clear();
    return;
  }
  say_lead();
  const bool changes = fitted && *fitted != value && keeps_its_numbers(text);
  out_ += changes ? fitted_text(*fitted, value, text) : text;
}

void ToolArgumentFitter::on_behind_value(char c) {
  if (c == ',') {
    lead_ += c;
    state_ = State::before_key;
  } else if (c == '}') {
    out_ += std::exchange(lead_, {});
    out_ += c;
    state_ = State::passing;
  } else if (is_blank(c)) {
    lead_ += c;
  } else {
    give_up(c);
  }
}

void ToolArgumentFitter::say_lead() {
  std::string lead = std::exchange(lead_, {});
  // The members in front of this one were left out.
  if (!said_member_)
    if (const std::size_t comma = lead.find(','); comma < lead.find('"')) lead.erase(comma, 1);
  said_member_ = true;
  out_ += lead;
}

void ToolArgumentFitter::give_up(char c) {
  out_ += finish();
  out_ += c;
}

}  // namespace anyclaude
