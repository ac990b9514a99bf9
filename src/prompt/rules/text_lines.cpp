#include "prompt/rules/text_lines.h"

namespace anyclaude {

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == text.npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::string join_lines(const std::vector<std::string_view>& lines) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) text += '\n';
    text += lines[i];
  }
  return text;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == line.npos;
}

std::vector<LineMark> mark_lines(const std::vector<std::string_view>& lines, const HashSecret& secret) {
  std::vector<LineMark> marks;
  marks.reserve(lines.size());
  for (const std::string_view line : lines) marks.push_back(keyed_digest(line, secret).low);
  return marks;
}

}  // namespace anyclaude
