// Which lines of a prompt vary without the client saying so: rules as data, compiled in and overridable.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace anyclaude {

// Where a rule looks: the system prompt, the descriptions of tools, or what the client (never a person) says
// in the first turn.
enum class TextPlace : unsigned char { system = 0, tool = 1, reminder = 2 };
inline constexpr std::size_t kTextPlaceCount = 3;
std::string_view name_of(TextPlace place);

enum class RuleAction {
  drop,      // noise: the model does not get it
  relocate,  // moved to the session facts
  pin,       // stays where it is, whatever other rules and learning say
  rewrite,   // the match gives way to a constant text
};
std::string_view name_of(RuleAction action);

// A paragraph goes on to the next blank line.
enum class RuleExtent { line, paragraph };

struct VolatileRule {
  std::string name;
  std::string why;
  std::vector<TextPlace> places;
  std::string pattern;  // RE2, looked for in each line
  std::string within;   // RE2, looked for in the whole text; without a match the rule does not apply
  RuleAction action = RuleAction::relocate;
  RuleExtent extent = RuleExtent::line;
  std::string replacement;  // of a rewrite
  std::string marker;       // what is left where lines were taken out; may be empty
};

// The rule that has a line, by its index; none has most.
inline constexpr int kNoRule = -1;

// Immutable, so thread-safe; copies share their patterns.
class VolatileRules {
 public:
  // The rules this program was built with.
  static VolatileRules built_in();
  // Errors are invalid_request, source config: they name the rule and what is wrong with it.
  static Result<VolatileRules> parse(std::string_view json);

  const std::vector<VolatileRule>& rules() const;
  // One entry for each line. Where rules compete, a pin wins, then the first in the file.
  std::vector<int> claim_lines(TextPlace place, std::string_view text,
                               const std::vector<std::string_view>& lines) const;
  // The line with the match of a rewrite rule replaced.
  std::string rewritten(int rule, std::string_view line) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace anyclaude
