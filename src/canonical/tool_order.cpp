#include "canonical/tool_order.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "canonical/embedded_texts.h"

namespace anyclaude {

FirstRanks FirstRanks::built_in() {
  return parse(embedded::kToolRanks).value_or(FirstRanks{});
}

Result<FirstRanks> FirstRanks::parse(std::string_view text) {
  const nlohmann::json root = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto wrong = [](std::string message) {
    return fail(ErrorKind::invalid_request, ErrorSource::config, "tool ranks: " + std::move(message));
  };
  if (!root.is_object() || !root.contains("lists") || !root["lists"].is_array())
    return wrong("the file must hold an object with 'lists'");
  FirstRanks result;
  for (const auto& entry : root["lists"]) {
    if (!entry.is_object() || !entry.contains("ranks") || !entry["ranks"].is_object())
      return wrong("each list needs 'ranks'");
    List list;
    list.when_tool = entry.value("when_tool", "");
    for (const auto& [name, rank] : entry["ranks"].items()) {
      if (!rank.is_number_unsigned()) return wrong("the rank of " + name + " must be a whole number");
      list.ranks[name] = rank.get<std::uint64_t>();
    }
    result.lists_.push_back(std::move(list));
  }
  return result;
}

std::uint64_t FirstRanks::of(const std::vector<StableTool>& offered, std::string_view name) const {
  for (const List& list : lists_) {
    const bool counts = list.when_tool.empty() ||
                        std::ranges::find(offered, list.when_tool, &StableTool::name) != offered.end();
    if (!counts) continue;
    const auto found = list.ranks.find(name);
    return found == list.ranks.end() ? 0 : found->second;
  }
  return 0;
}

std::vector<std::string> order_tools(const std::vector<StableTool>& offered, std::vector<std::string> begun,
                                     const FirstRanks& first, const SetRanks& learned) {
  struct Ranked {
    std::uint64_t rank;
    const std::string* name;
  };
  const std::set<std::string_view> known(begun.begin(), begun.end());
  std::vector<Ranked> added;
  for (const StableTool& tool : offered)
    if (!known.contains(tool.name))
      added.push_back({first.of(offered, tool.name) + learned.count(tool.definition), &tool.name});
  std::ranges::sort(added, [](const Ranked& left, const Ranked& right) {
    return std::tie(right.rank, *left.name) < std::tie(left.rank, *right.name);
  });
  for (const Ranked& tool : added)
    if (begun.empty() || begun.back() != *tool.name) begun.push_back(*tool.name);
  return begun;
}

}  // namespace anyclaude
