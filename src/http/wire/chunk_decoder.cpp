#include "http/wire/chunk_decoder.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "base/text.h"
#include "http/wire/header_syntax.h"

namespace anyclaude {

ChunkDecoder::State ChunkDecoder::feed(std::string_view& bytes, std::string& out) {
  while (!bytes.empty()) {
    switch (part_) {
      case Part::size_line:
        take_size_line(bytes);
        break;
      case Part::data:
        take_data(bytes, out);
        break;
      case Part::data_end:
        take_data_end(bytes);
        break;
      case Part::trailer:
        take_trailer(bytes);
        break;
      case Part::done:
        return State::done;
      case Part::malformed:
        return State::malformed;
    }
  }
  if (part_ == Part::done) return State::done;
  return part_ == Part::malformed ? State::malformed : State::more;
}

bool ChunkDecoder::take_line(std::string_view& bytes, std::size_t line_bytes_max) {
  const std::size_t line_feed = bytes.find('\n');
  const std::size_t count = line_feed == std::string_view::npos ? bytes.size() : line_feed + 1;
  if (line_.size() + count > line_bytes_max) {
    part_ = Part::malformed;
    return false;
  }
  line_.append(bytes.substr(0, count));
  bytes.remove_prefix(count);
  if (line_feed == std::string_view::npos) return false;
  if (!line_.ends_with("\r\n")) {
    part_ = Part::malformed;
    return false;
  }
  line_.resize(line_.size() - 2);
  return true;
}

void ChunkDecoder::take_size_line(std::string_view& bytes) {
  if (!take_line(bytes, limits::kChunkLineBytesMax)) return;
  const std::size_t digits = std::min(line_.find_first_not_of("0123456789abcdefABCDEF"), line_.size());
  const std::string_view extension = trimmed(std::string_view(line_).substr(digits), kFieldBlanks);
  const bool extension_is_good = extension.empty() || (extension.front() == ';' && is_field_value(extension));
  if (digits == 0 || digits > 15 || !extension_is_good) {
    part_ = Part::malformed;
    return;
  }
  std::from_chars(line_.data(), line_.data() + digits, left_, 16);
  line_.clear();
  part_ = left_ == 0 ? Part::trailer : Part::data;
}

void ChunkDecoder::take_data(std::string_view& bytes, std::string& out) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  out.append(bytes.substr(0, count));
  bytes.remove_prefix(count);
  left_ -= count;
  if (left_ == 0) part_ = Part::data_end;
}

void ChunkDecoder::take_data_end(std::string_view& bytes) {
  if (!take_line(bytes, 2)) return;
  part_ = line_.empty() ? Part::size_line : Part::malformed;
}

void ChunkDecoder::take_trailer(std::string_view& bytes) {
  const std::size_t before = bytes.size();
  const bool whole = take_line(bytes, limits::kTrailerBytesMax);
  trailer_bytes_ += before - bytes.size();
  if (trailer_bytes_ > limits::kTrailerBytesMax) part_ = Part::malformed;
  if (!whole || part_ == Part::malformed) return;
  if (line_.empty()) part_ = Part::done;
  line_.clear();
}

}  // namespace anyclaude
