#include "http/wire/http_message.h"

#include <algorithm>

#include "http/wire/header_syntax.h"

namespace anyclaude {

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
}

void HeaderFields::set(std::string_view name, std::string value) {
  const auto same_name = [&](const HeaderField& field) { return equals_ignoring_case(field.name, name); };
  const auto first = std::ranges::find_if(fields_, same_name);
  if (first == fields_.end()) {
    fields_.push_back({std::string(name), std::move(value)});
    return;
  }
  first->value = std::move(value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), same_name), fields_.end());
}

void HeaderFields::remove(std::string_view name) {
  std::erase_if(fields_, [&](const HeaderField& field) { return equals_ignoring_case(field.name, name); });
}

const std::string* HeaderFields::find(std::string_view name) const {
  for (const HeaderField& field : fields_) {
    if (equals_ignoring_case(field.name, name)) return &field.value;
  }
  return nullptr;
}

std::string_view HeaderFields::get(std::string_view name) const {
  const std::string* value = find(name);
  return value ? std::string_view(*value) : std::string_view();
}

}  // namespace anyclaude
