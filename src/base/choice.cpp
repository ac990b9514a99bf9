#include "base/choice.h"

#include "base/nearest_name.h"

namespace anyclaude {

std::string choice_fault(const std::vector<std::string>& allowed, std::string_view said) {
  std::string list;
  for (const std::string& word : allowed) list += (list.empty() ? "" : ", ") + word;
  std::string fault = "must be one of " + list;
  if (!said.empty()) fault += "; the nearest is '" + nearest_name(said, allowed) + "'";
  return fault;
}

}  // namespace anyclaude
