// <start_function_call>call:NAME{key:<escape>text<escape>,key:5}<end_function_call>
#include <optional>

#include "backend/tool_calls/tool_call_formats.h"
#include "base/json_text.h"
#include "base/limits.h"

namespace anyclaude {
namespace {

constexpr std::string_view kEscape = "<escape>";
constexpr std::string_view kBlanks = " \t\r\n";

// The same value in JSON; nothing when the text is not of this format.
class Translator {
 public:
  explicit Translator(std::string_view text) : text_(text) {}

  std::optional<std::string> run() {
    if (!object(0)) return std::nullopt;
    skip_blanks();
    return at_ == text_.size() ? std::optional(std::move(out_)) : std::nullopt;
  }

 private:
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size()); }

  bool next_is(std::string_view literal) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(literal)) return false;
    at_ += literal.size();
    return true;
  }

  bool object(std::size_t depth) {
    return list_of('{', '}', depth, [this, depth] { return key() && value(depth + 1); });
  }

  template <typename Item>
  bool list_of(char open, char close, std::size_t depth, Item item) {
    if (depth > limits::kJsonDepthMax || !next_is({&open, 1})) return false;
    out_ += open;
    if (!next_is({&close, 1})) {
      do {
        if (out_.back() != open) out_ += ',';
        if (!item()) return false;
      } while (next_is(","));
      if (!next_is({&close, 1})) return false;
    }
    out_ += close;
    return true;
  }

  bool key() {
    skip_blanks();
    if (text_.substr(at_).starts_with(kEscape)) return escaped() && next_is(":") && (out_ += ':', true);
    const std::size_t colon = text_.find(':', at_);
    if (colon == text_.npos || colon == at_) return false;
    const std::string_view name = text_.substr(at_, colon - at_);
    if (name.find_first_of("{}[],<\"") != name.npos) return false;
    append_json_string(out_, name);
    out_ += ':';
    at_ = colon + 1;
    return true;
  }

  bool escaped() {
    at_ += kEscape.size();
    const std::size_t end = text_.find(kEscape, at_);
    if (end == text_.npos) return false;
    append_json_string(out_, text_.substr(at_, end - at_));
    at_ = end + kEscape.size();
    return true;
  }

  bool value(std::size_t depth) {
    skip_blanks();
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with(kEscape)) return escaped();
    if (rest.starts_with('{')) return object(depth);
    if (rest.starts_with('[')) return list_of('[', ']', depth, [this, depth] { return value(depth + 1); });
    const std::size_t end = std::min(rest.find_first_of(",}] \t\r\n"), rest.size());
    out_ += rest.substr(0, end);
    at_ += end;
    return end > 0;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

void read_gemma_call(ToolCallCursor& cursor, std::vector<WrittenCall>& calls) {
  cursor.expect("<start_function_call>");
  cursor.skip_blanks();
  cursor.expect("call:");
  WrittenCall call{.form = WrittenCall::Form::arguments, .name = cursor.tool_name()};
  if (cursor.peek() != '{') cursor.refuse();
  const std::string_view body = cursor.until_closing("<end_function_call>");
  if (!cursor.is_reading()) return;
  auto json = Translator(body).run();
  if (!json) return cursor.refuse();
  call.translated = std::move(*json);
  calls.push_back(std::move(call));
}

}  // namespace anyclaude
