#include "http/wire/via_mark.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "http/wire/header_syntax.h"

namespace anyclaude {

std::string via_of(const HeaderFields& headers) {
  std::string via;
  for (const HeaderField& field : headers)
    if (equals_ignoring_case(field.name, kViaHeader)) via = via_with(via, field.value);
  return via;
}

ViaVerdict check_via(std::string_view via, std::string_view own_mark) {
  int hops = 0;
  while (!via.empty()) {
    const std::size_t comma = std::min(via.find(','), via.size());
    const std::string_view mark = trimmed(via.substr(0, comma), kFieldBlanks);
    via.remove_prefix(std::min(comma + 1, via.size()));
    if (mark.empty()) continue;
    if (mark == own_mark) return ViaVerdict::came_back;
    ++hops;
  }
  return hops >= limits::kBrokerHopsMax ? ViaVerdict::too_many_hops : ViaVerdict::new_here;
}

std::string via_with(std::string_view via, std::string_view own_mark) {
  if (via.empty()) return std::string(own_mark);
  return std::string(via) + ", " + std::string(own_mark);
}

}  // namespace anyclaude
