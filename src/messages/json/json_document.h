// A request body, parsed once by simdjson. Everything that reads the body (key, parse) reads this document.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

// Declared only: simdjson's header is parsed where elements are read.
namespace simdjson::dom {
class element;
}

namespace anyclaude {

// A place where the received text could not be kept as it was: a lone surrogate escape (read as U+FFFD) or a
// number beyond 64 bits (read as the nearest finite double). A key that must tell such requests apart hashes
// `place` and `text`: two bodies of equal value and equal repairs mean the same.
struct JsonRepair {
  enum class Kind { lone_surrogate, wide_number };
  Kind kind = Kind::wide_number;
  std::size_t offset = 0;  // in bytes, into the received text
  std::string text;        // the spelling received
  std::string place;  // where it stands in the value, whatever the white space: ."messages"[0]."content"#1
};

// Movable, not copyable. Not thread-safe: one request, one owner. Strings and elements read from `root()`
// live as long as the document.
class JsonDocument {
 public:
  // Takes the received bytes, and leaves them where they are when it refuses them. Reserve `kPadding` bytes
  // behind them to save a copy. Refuses with invalid_request (and a sentence for the client): text that is
  // not one JSON value, not UTF-8, nested deeper than kJsonDepthMax, or with a key twice in one object (two
  // parsers must not disagree about the value).
  static Result<JsonDocument> parse(std::string&& body);
  static Result<JsonDocument> parse(const std::string& body) { return parse(std::string(body)); }
  static constexpr std::size_t kPadding = 64;  // simdjson's

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  simdjson::dom::element root() const;
  // The bytes as received, for the verbatim lane.
  std::string_view body() const { return *body_; }
  const std::vector<JsonRepair>& repairs() const { return repairs_; }

 private:
  struct Parsed;
  JsonDocument();
  Status read();

  std::unique_ptr<std::string> body_;
  std::unique_ptr<Parsed> parsed_;
  std::vector<JsonRepair> repairs_;
};

// Canonical JSON text of any value: no white space, object keys sorted bytewise, shortest escapes, and a
// number spelled one way for one value (1, 1.0 and 1e0 are all "1"). Equal values give equal text.
void append_canonical_json(std::string& out, simdjson::dom::element value);
std::string canonical_json(simdjson::dom::element value);

// The one spelling of a number; nothing when `value` is none.
void append_canonical_number(std::string& out, simdjson::dom::element value);

}  // namespace anyclaude
