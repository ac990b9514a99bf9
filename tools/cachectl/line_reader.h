// Lines of bounded length, however long those of the input are.
#pragma once

#include <cstdint>
#include <istream>
#include <string>

namespace anyclaude::cachectl {

enum class LineEnd { newline, end_of_input };

struct InputLine {
  std::uint64_t number = 0;  // from 1
  std::string text;          // without its end; empty when it was too long
  bool too_long = false;
  LineEnd end = LineEnd::newline;
};

class LineReader {
 public:
  LineReader(std::istream& in, std::size_t bytes_max) : in_(in), bytes_max_(bytes_max) {}

  // False at the end. A failure to read looks like an end: ask failed().
  bool next(InputLine& line);
  bool failed() const { return in_.bad(); }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  std::istream& in_;
  const std::size_t bytes_max_;
  std::uint64_t number_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace anyclaude::cachectl
