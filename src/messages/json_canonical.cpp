#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/json_text.h"
#include "messages/json_document.h"

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

struct Member {
  std::string_view key;
  element value;
};

class CanonicalJsonWriter {
 public:
  explicit CanonicalJsonWriter(std::string& out) : out_(out) {}

  void write(element value) {
    switch (value.type()) {
      case element_type::OBJECT:
        return write_object(value.get_object().value_unsafe(), nullptr);
      case element_type::ARRAY:
        return write_array(value.get_array().value_unsafe());
      case element_type::STRING:
        return append_json_string(out_, value.get_string().value_unsafe());
      case element_type::INT64:
      case element_type::UINT64:
      case element_type::DOUBLE:
        return append_canonical_number(out_, value);
      case element_type::BOOL:
        out_ += value.get_bool().value_unsafe() ? "true" : "false";
        return;
      case element_type::NULL_VALUE:
        out_ += "null";
        return;
    }
  }

  void write_object(simdjson::dom::object object, const std::string_view* without) {
    const std::size_t base = members_.size();
    for (const auto field : object)
      if (without == nullptr || field.key != *without) members_.push_back({field.key, field.value});
    std::sort(members_.begin() + static_cast<std::ptrdiff_t>(base), members_.end(),
              [](const Member& left, const Member& right) { return left.key < right.key; });
    out_ += '{';
    for (std::size_t i = base, end = members_.size(); i < end; ++i) {
      const Member member = members_[i];
      if (i > base) out_ += ',';
      append_json_string(out_, member.key);
      out_ += ':';
      write(member.value);
    }
    out_ += '}';
    members_.resize(base);
  }

 private:
  void write_array(simdjson::dom::array array) {
    char separator = '[';
    for (const element item : array) {
      out_ += separator;
      separator = ',';
      write(item);
    }
    out_ += separator == '[' ? "[]" : "]";
  }

  std::string& out_;
  std::vector<Member> members_;  // of all open objects, innermost last
};

}  // namespace

void append_canonical_json(std::string& out, element value) {
  CanonicalJsonWriter(out).write(value);
}

std::string canonical_json(element value) {
  std::string out;
  append_canonical_json(out, value);
  return out;
}

void append_canonical_json_without(std::string& out, simdjson::dom::object object, std::string_view member) {
  CanonicalJsonWriter(out).write_object(object, &member);
}

void append_canonical_number(std::string& out, element value) {
  if (value.is<std::int64_t>()) return append_number(out, value.get_int64().value_unsafe());
  if (value.is<std::uint64_t>()) return append_number(out, value.get_uint64().value_unsafe());
  if (value.is<double>()) append_double(out, value.get_double().value_unsafe());
}

}  // namespace anyclaude
