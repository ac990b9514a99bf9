#include "tools/simserver/tokenizer.h"

#include <algorithm>

namespace anyclaude::sim {
namespace {

// With these two the recorded 2.1.197 flows have 213 thousand tokens, as they had on the real server
// (213,220): 4.1 bytes a token. tests/simserver/calibration_test.cpp holds them to it.
constexpr std::size_t kWordBytesMax = 8;
constexpr std::size_t kPunctuationBytesMax = 4;
constexpr std::size_t kMarkerBytesMax = 96;

enum class CharClass { letter, digit, newline, space, punctuation };

CharClass class_of(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')) return CharClass::letter;
  if (byte >= '0' && byte <= '9') return CharClass::digit;
  if (byte == '\n') return CharClass::newline;
  if (byte == ' ' || byte == '\t' || byte == '\r') return CharClass::space;
  return CharClass::punctuation;
}

// The length of a marker such as <|im_start|> at the front of `text`, or 0.
std::size_t marker_length(std::string_view text) {
  if (!text.starts_with("<|")) return 0;
  for (std::size_t i = 2; i + 1 < text.size() && i < kMarkerBytesMax; ++i) {
    if (text[i] == '|' && text[i + 1] == '>') return i > 2 ? i + 2 : 0;
    const CharClass kind = class_of(text[i]);
    if (kind != CharClass::letter && kind != CharClass::digit && text[i] != '_') return 0;
  }
  return 0;
}

std::size_t letters_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && class_of(text[length]) == CharClass::letter) {
    std::size_t next = length + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xc0) == 0x80) ++next;
    if (next > kWordBytesMax && length > 0) break;
    length = next;
  }
  return length;
}

std::size_t punctuation_length(std::string_view text) {
  std::size_t length = 0;
  while (length < std::min(text.size(), kPunctuationBytesMax) &&
         class_of(text[length]) == CharClass::punctuation && marker_length(text.substr(length)) == 0) {
    ++length;
  }
  return length;
}

// One character and the word behind it, or a run of punctuation.
std::size_t punctuated_length(std::string_view text) {
  const std::size_t word = letters_length(text.substr(1));
  return word > 0 ? 1 + word : punctuation_length(text);
}

std::size_t spaced_length(std::string_view text) {
  std::size_t run = 0;
  while (run < text.size() && class_of(text[run]) == CharClass::space) ++run;
  const std::string_view rest = text.substr(run);
  if (rest.empty() || class_of(rest.front()) == CharClass::newline || text[run - 1] != ' ') return run;
  if (run > 1) return run - 1;  // the last space goes with what follows
  if (const std::size_t word = letters_length(rest)) return 1 + word;
  return 1 + punctuation_length(rest);
}

std::size_t piece_length(std::string_view text) {
  if (const std::size_t marker = marker_length(text)) return marker;
  switch (class_of(text.front())) {
    case CharClass::letter:
      return letters_length(text);
    case CharClass::space:
      return spaced_length(text);
    case CharClass::punctuation:
      return punctuated_length(text);
    case CharClass::digit:
    case CharClass::newline:
      break;
  }
  return 1;
}

template <typename OnPiece>
void for_each_piece(std::string_view text, OnPiece on_piece) {
  while (!text.empty()) {
    const std::size_t length = piece_length(text);
    on_piece(text.substr(0, length));
    text.remove_prefix(length);
  }
}

}  // namespace

std::vector<std::string_view> split_pieces(std::string_view text) {
  std::vector<std::string_view> pieces;
  pieces.reserve(text.size() / 4 + 1);
  for_each_piece(text, [&](std::string_view piece) { pieces.push_back(piece); });
  return pieces;
}

Token token_of(std::string_view piece) {
  // FNV-1a, which is the same on every machine.
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : piece) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return hash >> 11;
}

Tokens tokenize(std::string_view text) {
  Tokens tokens;
  tokens.reserve(text.size() / 4 + 1);
  for_each_piece(text, [&](std::string_view piece) { tokens.push_back(token_of(piece)); });
  return tokens;
}

std::size_t common_prefix(const Tokens& left, const Tokens& right) {
  const auto end = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  return static_cast<std::size_t>(end.first - left.begin());
}

}  // namespace anyclaude::sim
