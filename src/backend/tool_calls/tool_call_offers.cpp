#include "backend/tool_calls/tool_call_offers.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/limits.h"

namespace anyclaude {
namespace {

std::string in_small_letters(std::string_view name) {
  std::string small(name);
  std::ranges::transform(small, small.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return small;
}

// What servers and chat templates put around names: a namespace in front, the number of the call behind.
std::string_view without_wrapping(std::string_view name) {
  static constexpr std::array<std::string_view, 3> kNamespaces{"functions.", "functions::", "default_api."};
  for (const std::string_view space : kNamespaces)
    if (name.starts_with(space)) name.remove_prefix(space.size());
  const std::size_t colon = name.rfind(':');
  if (colon != std::string_view::npos && colon + 1 < name.size() &&
      name.find_first_not_of("0123456789", colon + 1) == std::string_view::npos)
    name = name.substr(0, colon);
  return name;
}

}  // namespace

const Tool* OfferedTools::find(std::string_view written) const {
  if (written.size() > limits::kToolCallNameBytesMax) return nullptr;
  if (const Tool* tool = find_spelled(written)) return tool;
  return find_spelled(without_wrapping(written));
}

const Tool* OfferedTools::find_spelled(std::string_view name) const {
  if (by_name_.empty() && !tools_.empty()) index();
  if (const auto spelled = by_name_.find(name); spelled != by_name_.end()) return spelled->second;
  const auto similar = by_small_name_.find(in_small_letters(name));
  return similar == by_small_name_.end() ? nullptr : similar->second;
}

void OfferedTools::index() const {
  for (const Tool& tool : tools_) {
    if (tool.side == ToolSide::server) continue;
    by_name_.emplace(tool.name, &tool);
    const auto [place, is_first] = by_small_name_.try_emplace(in_small_letters(tool.name), &tool);
    if (!is_first) place->second = nullptr;
  }
}

const ToolCallSchema& OfferedTools::schema(const Tool& tool) {
  return schemas_.try_emplace(&tool, tool.input_schema.meaning()).first->second;
}

std::span<const Tool> callable_tools(const MessagesRequest& request) {
  if (request.tool_choice && request.tool_choice->kind == ToolChoiceKind::none) return {};
  return request.tools;
}

}  // namespace anyclaude
