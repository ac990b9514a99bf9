#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace anyclaude {

// Takes the chunked transfer coding off a body (RFC 9112 section 7.1), split anywhere. Strict: a size is 1 to
// 15 hexadecimal digits, every line ends with CRLF, extensions and trailers are bounded and dropped.
class ChunkDecoder {
 public:
  enum class State { more, done, malformed };

  // Takes bytes off the front of `bytes` and appends the data among them to `out`; after `done` the rest
  // stays in `bytes`.
  State feed(std::string_view& bytes, std::string& out);

 private:
  enum class Part { size_line, data, data_end, trailer, done, malformed };

  void take_size_line(std::string_view& bytes);
  void take_data(std::string_view& bytes, std::string& out);
  void take_data_end(std::string_view& bytes);
  void take_trailer(std::string_view& bytes);
  // Moves bytes up to and including a CRLF into line_; true when the line is whole.
  bool take_line(std::string_view& bytes, std::size_t line_bytes_max);

  Part part_ = Part::size_line;
  std::uint64_t left_ = 0;
  std::size_t trailer_bytes_ = 0;
  std::string line_;
};

}  // namespace anyclaude
