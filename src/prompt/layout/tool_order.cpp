#include "prompt/layout/tool_order.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "base/bounded_json.h"
#include "prompt/rules/embedded_texts.h"

namespace anyclaude {

FirstRanks FirstRanks::built_in() {
  return parse(embedded::kToolRanks).value_or(FirstRanks{});
}

Result<FirstRanks> FirstRanks::parse(std::string_view text) {
  const nlohmann::json root = parse_json(text);
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

const FirstRanks::Ranks* FirstRanks::of(const std::vector<StableTool>& offered) const {
  const auto counts = [&offered](const List& list) {
    return list.when_tool.empty() ||
           std::ranges::find(offered, list.when_tool, &StableTool::name) != offered.end();
  };
  const auto list = std::ranges::find_if(lists_, counts);
  return list == lists_.end() ? nullptr : &list->ranks;
}

std::vector<std::string> order_tools(const std::vector<StableTool>& offered, std::vector<std::string> begun,
                                     const FirstRanks& first, const SetRanks& learned) {
  struct Ranked {
    std::uint64_t rank;
    const std::string* name;
  };
  const FirstRanks::Ranks* ranks = first.of(offered);
  const auto first_rank = [ranks](const std::string& name) -> std::uint64_t {
    if (ranks == nullptr) return 0;
    const auto found = ranks->find(name);
    return found == ranks->end() ? 0 : found->second;
  };
  const std::set<std::string_view> known(begun.begin(), begun.end());
  std::vector<Ranked> added;
  for (const StableTool& tool : offered)
    if (!known.contains(tool.name))
      added.push_back({first_rank(tool.name) + learned.count(tool.definition), &tool.name});
  std::ranges::sort(added, [](const Ranked& left, const Ranked& right) {
    return std::tie(right.rank, *left.name) < std::tie(left.rank, *right.name);
  });
  for (const Ranked& tool : added)
    if (begun.empty() || begun.back() != *tool.name) begun.push_back(*tool.name);
  return begun;
}

}  // namespace anyclaude
