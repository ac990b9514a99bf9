#include "canonical/canonical_writer.h"

#include <array>

#include "messages/json/json_document.h"

namespace anyclaude {

using simdjson::dom::element_type;

namespace {

std::array<char, 4> low_byte_first(std::uint32_t number) {
  return {static_cast<char>(number & 0xff), static_cast<char>((number >> 8) & 0xff),
          static_cast<char>((number >> 16) & 0xff), static_cast<char>(number >> 24)};
}

}  // namespace

// One append for tag and length, one for the text: this is the innermost loop of the hit path.
void CanonicalWriter::text(CanonicalTag tag, std::string_view text) {
  const auto length = low_byte_first(static_cast<std::uint32_t>(text.size()));
  const std::array<char, 5> head = {static_cast<char>(tag), length[0], length[1], length[2], length[3]};
  out_.append(head.data(), head.size());
  out_.append(text);
}

void CanonicalWriter::tool_id(std::uint32_t number) {
  tag(CanonicalTag::tool_id);
  const auto bytes = low_byte_first(number);
  out_.append(bytes.data(), bytes.size());
}

void CanonicalWriter::list(simdjson::dom::array items) {
  tag(CanonicalTag::list);
  for (const Element item : items) value(item);
  tag(CanonicalTag::list_end);
}

void CanonicalWriter::value(Element value) {
  switch (value.type()) {
    case element_type::OBJECT:
      return object(value.get_object().value_unsafe(), [this](std::string_view name, Element member) {
        key(name);
        this->value(member);
      });
    case element_type::ARRAY:
      return list(value.get_array().value_unsafe());
    case element_type::STRING:
      return string(value.get_string().value_unsafe());
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE:
      number_.clear();
      append_canonical_number(number_, value);
      return text(CanonicalTag::number, number_);
    case element_type::BOOL:
      return tag(value.get_bool().value_unsafe() ? CanonicalTag::truth : CanonicalTag::falsehood);
    case element_type::NULL_VALUE:
      return tag(CanonicalTag::null);
  }
}

}  // namespace anyclaude
