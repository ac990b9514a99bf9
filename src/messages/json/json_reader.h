// Typed reading of a parsed body, with the place of whatever is wrong.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "messages/json/number_spellings.h"

namespace anyclaude {

// Where a value stands. A chain on the stack: it costs nothing until an error needs its text.
class JsonPlace {
 public:
  JsonPlace() = default;
  JsonPlace member(std::string_view name) const { return {this, name, 0}; }
  JsonPlace item(std::size_t index) const { return {this, {}, index}; }
  // As Anthropic writes it: messages.0.content.
  std::string text() const;

 private:
  JsonPlace(const JsonPlace* parent, std::string_view name, std::size_t index)
      : parent_(parent), name_(name), index_(index) {}

  const JsonPlace* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
};

// Remembers the first thing that was wrong; what is read after it no longer counts. A null reads as absent
// where a value is optional. Not thread-safe.
class JsonReader {
 public:
  using Element = simdjson::dom::element;
  using Object = simdjson::dom::object;

  JsonReader() = default;
  // For those who ask how numbers are spelled.
  explicit JsonReader(NumberSpellings numbers) : numbers_(std::move(numbers)) {}

  const NumberSpellings& numbers() const { return numbers_; }
  const std::optional<Error>& error() const { return error_; }
  bool failed() const { return error_.has_value(); }
  void refuse(const JsonPlace& place, std::string_view what);

  // A member that may be missing.
  std::optional<Element> find(const Object& object, std::string_view name) const;
  // A member that may not.
  std::optional<Element> require(const Object& object, std::string_view name, const JsonPlace& place);

  std::string_view string(Element value, const JsonPlace& place);
  std::optional<Object> object(Element value, const JsonPlace& place);
  std::optional<simdjson::dom::array> array(Element value, const JsonPlace& place);
  double number(Element value, const JsonPlace& place);
  std::uint64_t unsigned_integer(Element value, const JsonPlace& place);
  bool boolean(Element value, const JsonPlace& place);

  // The string member `name`; empty when it is missing.
  std::string_view optional_string(const Object& object, std::string_view name, const JsonPlace& place);
  std::string_view required_string(const Object& object, std::string_view name, const JsonPlace& place);

 private:
  NumberSpellings numbers_;
  std::optional<Error> error_;
};

}  // namespace anyclaude
