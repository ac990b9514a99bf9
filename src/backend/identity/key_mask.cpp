#include "backend/identity/key_mask.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/json_text.h"

namespace anyclaude {
namespace {

std::string json_spelling(std::string_view key) {
  std::string quoted;
  append_json_string(quoted, key);
  return quoted.substr(1, quoted.size() - 2);
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string url_spelling(std::string_view key) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : key) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

// The characters of base64 that depend on the key alone, when it stands `offset` bytes behind a multiple of
// three.
std::string base64_spelling(std::string_view key, std::size_t offset) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string bytes = std::string(offset, '\0') + std::string(key);
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += kDigits[(bits >> (count - 6)) & 63];
  }
  return out.substr((offset * 8 + 5) / 6);
}

constexpr std::array<std::string_view, 4> kErrorBeginnings{"event:error", "data:{\"type\":\"error\"",
                                                           "data:{\"error\"", "data:{\"object\":\"error\""};
// Enough of a line to know it by, blanks included.
constexpr std::size_t kBeginningBytesMax = 48;

std::string without_blanks(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '\t' && c != '\r') out += c;
  return out;
}

bool begins_error(std::string_view beginning) {
  const std::string text = without_blanks(beginning);
  return std::ranges::any_of(kErrorBeginnings,
                             [&](std::string_view known) { return text.starts_with(known); });
}

}  // namespace

KeyMask::KeyMask(std::string_view key) {
  if (key.size() < kMaskableKeyBytesMin) return;
  spellings_ = {std::string(key), json_spelling(key), replaced(json_spelling(key), "/", "\\/"),
                url_spelling(key)};
  for (std::size_t offset = 0; offset < 3; ++offset) {
    const std::string spelling = base64_spelling(key, offset);
    if (spelling.size() < kMaskableKeyBytesMin) continue;
    spellings_.push_back(spelling);
    spellings_.push_back(replaced(replaced(spelling, "+", "-"), "/", "_"));
  }
  std::ranges::sort(spellings_, [](const std::string& left, const std::string& right) {
    return left.size() != right.size() ? left.size() > right.size() : left < right;
  });
  spellings_.erase(std::unique(spellings_.begin(), spellings_.end()), spellings_.end());
}

std::string KeyMask::masked(std::string_view text) const {
  std::string out(text);
  for (const std::string& spelling : spellings_) out = replaced(std::move(out), spelling, kMaskedKey);
  return out;
}

void KeyMask::mask(HeaderFields& fields) const {
  if (covers_nothing()) return;
  HeaderFields covered;
  for (const HeaderField& field : fields) covered.add(field.name, masked(field.value));
  fields = std::move(covered);
}

ApiError KeyMask::masked(ApiError error) const {
  error.message = masked(std::string_view(error.message));
  // A long message was cut, maybe in the middle of the key.
  if (const std::size_t begun = begun_at_end(error.message); begun >= kMaskableKeyBytesMin)
    error.message.replace(error.message.size() - begun, begun, kMaskedKey);
  error.retry_after = masked(std::string_view(error.retry_after));
  return error;
}

std::size_t KeyMask::begun_at_end(std::string_view text) const {
  std::size_t longest = 0;
  for (const std::string& spelling : spellings_) {
    for (std::size_t size = std::min(spelling.size() - 1, text.size()); size > longest; --size)
      if (text.ends_with(std::string_view(spelling).substr(0, size))) longest = size;
  }
  return longest;
}

std::string MaskedPieces::next(std::string_view piece) {
  held_ += piece;
  std::string out = mask_.masked(std::string_view(held_));
  const std::size_t whole = out.size() - mask_.begun_at_end(out);
  held_ = out.substr(whole);
  out.erase(whole);
  return out;
}

std::string MaskedPieces::rest() {
  return std::exchange(held_, {});
}

std::string MaskedErrorEvents::next(std::string_view piece) {
  std::string out;
  while (!piece.empty()) {
    const std::size_t line_end = std::min(piece.find('\n'), piece.size());
    std::string_view part = piece.substr(0, line_end);
    const bool ends = line_end < piece.size();
    piece.remove_prefix(std::min(line_end + 1, piece.size()));
    if (line_ == Line::begins) {
      const std::size_t taken = std::min(part.size(), kBeginningBytesMax - beginning_.size());
      beginning_ += part.substr(0, taken);
      part.remove_prefix(taken);
      if (ends || beginning_.size() == kBeginningBytesMax) begin_line(out, ends && part.empty());
    }
    out += line_ == Line::is_masked ? pieces_.next(part) : std::string(part);
    if (ends) end_line(out);
  }
  return out;
}

// What kind of line it is has become known.
void MaskedErrorEvents::begin_line(std::string& out, bool is_whole) {
  if (is_whole && without_blanks(beginning_).empty()) in_error_ = false;
  const bool is_error = begins_error(beginning_);
  if (is_error && beginning_.starts_with("event")) in_error_ = true;
  line_ = in_error_ || is_error ? Line::is_masked : Line::passes;
  const std::string beginning = std::exchange(beginning_, {});
  out += line_ == Line::is_masked ? pieces_.next(beginning) : beginning;
}

void MaskedErrorEvents::end_line(std::string& out) {
  out += pieces_.rest();
  out += '\n';
  line_ = Line::begins;
}

std::string MaskedErrorEvents::rest() {
  std::string out;
  if (line_ == Line::begins && !beginning_.empty()) begin_line(out, true);
  return out += pieces_.rest();
}

}  // namespace anyclaude
