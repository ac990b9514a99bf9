// Covers a server's key where the server repeats it: in errors, in header fields, in text for the log.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/wire/http_message.h"
#include "messages/events/api_error.h"

namespace anyclaude {

// What stands in the place of the key. It fits into JSON text and into a header field.
inline constexpr std::string_view kMaskedKey = "***";
// A key shorter than this is a placeholder ("none", "EMPTY"); covering it would cover words.
inline constexpr std::size_t kMaskableKeyBytesMin = 5;

// Knows a key as it is, in JSON's and in a URL's escapes, and in base64 as of `Authorization: Basic`.
// Immutable.
class KeyMask {
 public:
  // Of an empty or short key: nothing is covered.
  explicit KeyMask(std::string_view key);

  bool covers_nothing() const { return spellings_.empty(); }
  std::string masked(std::string_view text) const;
  void mask(HeaderFields& fields) const;
  // Also where the message ends in the middle of the key.
  ApiError masked(ApiError error) const;

  // How many bytes at the end of `text` may be the beginning of a key.
  std::size_t begun_at_end(std::string_view text) const;

 private:
  std::vector<std::string> spellings_;  // longest first
};

// The same for text that comes in pieces, cut anywhere. Not thread-safe; the mask outlives it.
class MaskedPieces {
 public:
  explicit MaskedPieces(const KeyMask& mask) : mask_(mask) {}

  // What can be passed on already: all but the last bytes, where those may be the beginning of a key.
  std::string next(std::string_view piece);
  // What was held back. Nothing comes after it.
  std::string rest();

 private:
  const KeyMask& mask_;
  std::string held_;
};

// An event stream that comes in pieces: covers the key in `error` events, and leaves every other event, which
// is a model's answer, as it came. Not thread-safe; the mask outlives it.
class MaskedErrorEvents {
 public:
  explicit MaskedErrorEvents(const KeyMask& mask) : pieces_(mask) {}

  std::string next(std::string_view piece);
  std::string rest();

 private:
  enum class Line { begins, passes, is_masked };
  void begin_line(std::string& out, bool is_whole);
  void end_line(std::string& out);

  MaskedPieces pieces_;
  Line line_ = Line::begins;
  std::string beginning_;  // of a line of which it is not known yet what it is
  bool in_error_ = false;  // the event began with "event: error"
};

}  // namespace anyclaude
