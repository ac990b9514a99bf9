#include <array>
#include <charconv>
#include <cstdint>

#include "messages/json/json_document.h"
#include "messages/json/json_text_writer.h"

namespace anyclaude {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// Doubles of at least this are spelled with an exponent: written out, they would read as integers that do not
// fit 64 bits.
constexpr double kTwoTo63 = 9223372036854775808.0;

template <typename Number, typename... Format>
void append_number(std::string& out, Number value, Format... format) {
  std::array<char, 32> buffer;
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...);
  out.append(buffer.data(), written.ptr);
}

void append_double(std::string& out, double value) {
  if (value >= -kTwoTo63 && value < kTwoTo63) {
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) == value) return append_number(out, whole);
    return append_number(out, value);
  }
  if (value >= kTwoTo63 && value < 2 * kTwoTo63) return append_number(out, static_cast<std::uint64_t>(value));
  append_number(out, value, std::chars_format::scientific);
}

}  // namespace

void append_canonical_json(std::string& out, element value) {
  JsonTextWriter(out).value(value);
}

std::string canonical_json(element value) {
  std::string out;
  append_canonical_json(out, value);
  return out;
}

void append_canonical_number(std::string& out, element value) {
  if (value.is<std::int64_t>()) return append_number(out, value.get_int64().value_unsafe());
  if (value.is<std::uint64_t>()) return append_number(out, value.get_uint64().value_unsafe());
  if (value.is<double>()) append_double(out, value.get_double().value_unsafe());
}

void JsonTextWriter::value(Element value) {
  switch (value.type()) {
    case element_type::OBJECT:
      return object(value.get_object().value_unsafe(), [this](std::string_view name, Element member) {
        key(name);
        this->value(member);
      });
    case element_type::ARRAY:
      return list(value.get_array().value_unsafe(), [this](Element item) { this->value(item); });
    case element_type::STRING:
      return append_json_string(out_, value.get_string().value_unsafe());
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE:
      return number(value);
    case element_type::BOOL:
      out_ += value.get_bool().value_unsafe() ? "true" : "false";
      return;
    case element_type::NULL_VALUE:
      out_ += "null";
      return;
  }
}

void JsonTextWriter::key(std::string_view name) {
  if (place_.key.data() != nullptr) {
    out_ += ',';
    canonical_ = canonical_ && place_.key < name;
  }
  place_ = {name, 0};
  append_json_string(out_, name);
  out_ += ':';
}

void JsonTextWriter::number(Element value) {
  if (numbers_ != nullptr && !numbers_->empty()) {
    const std::string_view spelled = numbers_->find(place_.key.data(), place_.number_index++);
    if (!spelled.empty()) {
      out_ += spelled;
      canonical_ = false;
      return;
    }
  }
  append_canonical_number(out_, value);
}

}  // namespace anyclaude
