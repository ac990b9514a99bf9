#include "messages/json/json_reader.h"

namespace anyclaude {

std::string JsonPlace::text() const {
  if (parent_ == nullptr) return {};
  std::string out = parent_->text();
  if (!out.empty()) out += '.';
  return out += name_.empty() ? std::to_string(index_) : std::string(name_);
}

void JsonReader::refuse(const JsonPlace& place, std::string_view what) {
  if (error_) return;
  std::string message = place.text();
  if (!message.empty()) message += ": ";
  message += what;
  error_ = Error{ErrorKind::invalid_request, ErrorSource::client, Retry::never, std::move(message)};
}

std::optional<JsonReader::Element> JsonReader::find(const Object& object, std::string_view name) const {
  Element value;
  if (object.at_key(name).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

std::optional<JsonReader::Element> JsonReader::require(const Object& object, std::string_view name,
                                                       const JsonPlace& place) {
  const auto value = find(object, name);
  if (!value) refuse(place.member(name), "Field required");
  return value;
}

std::string_view JsonReader::string(Element value, const JsonPlace& place) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) refuse(place, "Input should be a valid string");
  return text;
}

std::optional<JsonReader::Object> JsonReader::object(Element value, const JsonPlace& place) {
  Object object;
  if (value.get(object) == simdjson::SUCCESS) return object;
  refuse(place, "Input should be an object");
  return std::nullopt;
}

std::optional<simdjson::dom::array> JsonReader::array(Element value, const JsonPlace& place) {
  simdjson::dom::array array;
  if (value.get(array) == simdjson::SUCCESS) return array;
  refuse(place, "Input should be a valid list");
  return std::nullopt;
}

double JsonReader::number(Element value, const JsonPlace& place) {
  double number = 0;
  if (value.get(number) != simdjson::SUCCESS) refuse(place, "Input should be a valid number");
  return number;
}

// An integral double counts: 1e3 is 1000, and the key knows one spelling for both.
std::uint64_t JsonReader::unsigned_integer(Element value, const JsonPlace& place) {
  constexpr double kTwoTo53 = 9007199254740992.0;
  std::uint64_t whole = 0;
  if (value.get(whole) == simdjson::SUCCESS) return whole;
  double number = 0;
  if (value.get(number) != simdjson::SUCCESS) {
    refuse(place, "Input should be a valid integer");
    return 0;
  }
  if (number < 0) refuse(place, "Input should be greater than or equal to 0");
  if (!(number >= 0 && number < kTwoTo53) ||
      static_cast<double>(static_cast<std::uint64_t>(number)) != number) {
    refuse(place, "Input should be a valid integer");
    return 0;
  }
  return static_cast<std::uint64_t>(number);
}

bool JsonReader::boolean(Element value, const JsonPlace& place) {
  bool truth = false;
  if (value.get(truth) != simdjson::SUCCESS) refuse(place, "Input should be a valid boolean");
  return truth;
}

std::string_view JsonReader::optional_string(const Object& object, std::string_view name,
                                             const JsonPlace& place) {
  const auto value = find(object, name);
  return value ? string(*value, place.member(name)) : std::string_view{};
}

std::string_view JsonReader::required_string(const Object& object, std::string_view name,
                                             const JsonPlace& place) {
  const auto value = require(object, name, place);
  return value ? string(*value, place.member(name)) : std::string_view{};
}

}  // namespace anyclaude
