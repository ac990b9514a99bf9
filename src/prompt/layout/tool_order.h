// In which order tools stand: what is most widely shared comes first.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "prompt/layout/prompt_parts.h"
#include "prompt/rules/set_ranks.h"

namespace anyclaude {

// Ranks for a broker that has not seen much yet, by name. Immutable, so thread-safe.
class FirstRanks {
 public:
  static FirstRanks built_in();
  static Result<FirstRanks> parse(std::string_view json);
  // By name, for the tools offered; a tool that is not there has rank 0. Null where no list counts.
  using Ranks = std::map<std::string, std::uint64_t, std::less<>>;
  const Ranks* of(const std::vector<StableTool>& offered) const;

 private:
  struct List {
    std::string when_tool;  // the list counts where this tool is offered; empty: always
    Ranks ranks;
  };
  std::vector<List> lists_;
};

// The names of the tools in the order for a conversation that begins: by rank (the first rank and the number
// of distinct sets with exactly this definition), then bytewise by name. `begun` is what the conversation has
// said before and keeps its place; only tools that are not in it are added.
std::vector<std::string> order_tools(const std::vector<StableTool>& offered, std::vector<std::string> begun,
                                     const FirstRanks& first, const SetRanks& learned);

}  // namespace anyclaude
