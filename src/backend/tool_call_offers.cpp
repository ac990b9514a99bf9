#include "backend/tool_call_offers.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace anyclaude {
namespace {

bool is_same_but_for_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
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
  if (const Tool* tool = find_spelled(written)) return tool;
  return find_spelled(without_wrapping(written));
}

const Tool* OfferedTools::find_spelled(std::string_view name) const {
  const Tool* similar = nullptr;
  bool several = false;
  for (const Tool& tool : tools_) {
    if (tool.side == ToolSide::server) continue;
    if (tool.name == name) return &tool;
    if (!is_same_but_for_case(tool.name, name)) continue;
    several = similar != nullptr;
    similar = &tool;
  }
  return several ? nullptr : similar;
}

const ToolCallSchema& OfferedTools::schema(const Tool& tool) {
  return schemas_.try_emplace(&tool, tool.input_schema_json).first->second;
}

std::span<const Tool> callable_tools(const MessagesRequest& request) {
  if (request.tool_choice && request.tool_choice->kind == ToolChoiceKind::none) return {};
  return request.tools;
}

}  // namespace anyclaude
