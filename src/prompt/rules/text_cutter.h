// Takes the lines that vary out of a text.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "prompt/rules/learned_line.h"
#include "prompt/rules/volatile_rules.h"

namespace anyclaude {

inline constexpr std::string_view kLearnedRule = "learned";

struct Cut {
  std::string rule;  // its name; kLearnedRule for a learned line
  RuleAction action = RuleAction::relocate;
  std::string text;  // the lines as they were
};

struct CutText {
  std::string kept;  // what stays, with markers
  std::vector<Cut> cuts;
  std::uint64_t digest = 0;  // of what stays
};

// Which of the actions are done. `noise` drops and rewrites; `volatile_too` also relocates.
enum class CutDepth : unsigned char { noise, volatile_too };

// Remembers what became of texts, for the same ones come with every request. Thread-safe: texts are cut
// without a lock. A text larger than kOrderedTextBytesMax stays as it is.
class TextCutter {
 public:
  TextCutter(VolatileRules rules, const HashSecret& secret) : rules_(std::move(rules)), secret_(secret) {}

  // `learned` are those that count; `learned_generation` names that list, so that equal numbers mean equal
  // lists.
  std::shared_ptr<const CutText> cut(TextPlace place, std::string_view owner, std::string_view text,
                                     CutDepth depth, const std::vector<LearnedLine>& learned,
                                     std::uint64_t learned_generation);

  const VolatileRules& rules() const { return rules_; }

 private:
  using Result = std::shared_ptr<const CutText>;
  Result recall(const Digest128& key);
  void remember(const Digest128& key, const Result& result);
  CutText cut_anew(TextPlace place, std::string_view owner, std::string_view text, CutDepth depth,
                   const std::vector<LearnedLine>& learned) const;

  struct Remembered {
    Digest128 key;
    Result result;
  };

  const VolatileRules rules_;
  const HashSecret secret_;
  std::mutex mutex_;  // of everything below
  std::size_t remembered_bytes_ = 0;
  std::list<Remembered> remembered_;  // the one used last in front
  std::unordered_map<Digest128, std::list<Remembered>::iterator, Digest128Hash> by_key_;
};

}  // namespace anyclaude
