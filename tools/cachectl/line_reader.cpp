#include "tools/cachectl/line_reader.h"

namespace anyclaude::cachectl {

bool LineReader::next(InputLine& line) {
  line = {};
  std::streambuf* const buffer = in_.rdbuf();
  std::uint64_t length = 0;
  while (true) {
    const int c = buffer->sbumpc();
    if (c == std::char_traits<char>::eof()) {
      line.end = LineEnd::end_of_input;
      if (length == 0) return false;
      break;
    }
    ++bytes_read_;
    if (c == '\n') break;
    ++length;
    if (length <= bytes_max_) line.text.push_back(static_cast<char>(c));
  }
  line.number = ++number_;
  line.too_long = length > bytes_max_;
  if (line.too_long) line.text.clear();
  return true;
}

}  // namespace anyclaude::cachectl
