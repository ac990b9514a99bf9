#include "messages/json_spans.h"

namespace anyclaude {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t behind_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

// `at` is the opening quote.
std::size_t behind_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at + 1;
}

std::size_t behind_container(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = behind_string(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) break;
  }
  return at;
}

std::size_t behind_value(std::string_view text, std::size_t at) {
  if (text[at] == '"') return behind_string(text, at);
  if (text[at] == '{' || text[at] == '[') return behind_container(text, at);
  while (at < text.size() && !is_blank(text[at]) && text[at] != ',' && text[at] != '}' && text[at] != ']')
    ++at;
  return at;
}

}  // namespace

JsonSpan json_value_span(std::string_view text) {
  const std::size_t begin = behind_blanks(text, 0);
  return {begin, begin < text.size() ? behind_value(text, begin) : begin};
}

std::vector<JsonSpan> json_children(std::string_view text, JsonSpan container) {
  std::vector<JsonSpan> children;
  const bool has_keys = text[container.begin] == '{';
  std::size_t at = behind_blanks(text, container.begin + 1);
  while (at + 1 < container.end) {
    if (has_keys) {
      at = behind_blanks(text, behind_string(text, at));  // on the colon
      at = behind_blanks(text, at + 1);
    }
    const std::size_t end = behind_value(text, at);
    children.push_back({at, end});
    at = behind_blanks(text, end);
    if (at >= text.size() || text[at] != ',') break;
    at = behind_blanks(text, at + 1);
  }
  return children;
}

std::vector<JsonSpan> cuts_from_array(const std::vector<JsonSpan>& children, const std::vector<bool>& gone) {
  std::vector<JsonSpan> cuts;
  for (std::size_t first = 0; first < children.size(); ++first) {
    if (!gone[first]) continue;
    std::size_t last = first;
    while (last + 1 < children.size() && gone[last + 1]) ++last;
    // The comma that goes is the one in front, or behind where nothing stays in front.
    const bool has_front = first > 0;
    const bool has_rest = last + 1 < children.size();
    const std::size_t begin = has_front ? children[first - 1].end : children[first].begin;
    const std::size_t end = !has_front && has_rest ? children[last + 1].begin : children[last].end;
    cuts.push_back({begin, end});
    first = last;
  }
  return cuts;
}

std::string without_spans(std::string_view text, const std::vector<JsonSpan>& cuts) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  for (const JsonSpan& cut : cuts) {
    out.append(text.substr(at, cut.begin - at));
    at = cut.end;
  }
  out.append(text.substr(at));
  return out;
}

}  // namespace anyclaude
