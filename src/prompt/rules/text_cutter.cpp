#include "prompt/rules/text_cutter.h"

#include <utility>

#include "base/limits.h"

namespace anyclaude {
namespace {

constexpr std::size_t kRememberedMax = 1'024;
constexpr std::size_t kRememberedBytesMax = 32u * 1024 * 1024;

std::size_t bytes_of(const CutText& text) {
  std::size_t bytes = text.kept.size();
  for (const Cut& cut : text.cuts) bytes += cut.text.size() + sizeof(Cut);
  return bytes;
}

// A line of the text, or a marker for lines that were taken out.
struct Piece {
  std::string line;
  const VolatileRule* taken_by = nullptr;  // null for what stays
  bool pinned = false;
};

// What the rules alone make of the text.
std::vector<Piece> apply_rules(const VolatileRules& rules, TextPlace place, std::string_view text,
                               CutDepth depth) {
  const std::vector<std::string_view> lines = split_lines(text);
  const std::vector<int> claims = rules.claim_lines(place, text, lines);
  std::vector<Piece> pieces;
  pieces.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (claims[i] == kNoRule) {
      pieces.push_back({std::string(lines[i])});
      continue;
    }
    const VolatileRule& rule = rules.rules()[static_cast<std::size_t>(claims[i])];
    const bool taken = rule.action == RuleAction::drop ||
                       (rule.action == RuleAction::relocate && depth == CutDepth::volatile_too);
    if (rule.action == RuleAction::rewrite) {
      pieces.push_back({rules.rewritten(claims[i], lines[i])});
    } else if (!taken) {
      pieces.push_back({std::string(lines[i]), nullptr, rule.action == RuleAction::pin});
    } else {
      const bool goes_on = !pieces.empty() && pieces.back().taken_by == &rule;
      if (!goes_on && !rule.marker.empty()) pieces.push_back({rule.marker});
      pieces.push_back({std::string(lines[i]), &rule});
    }
  }
  return pieces;
}

// Gathers what stays and what is taken out. Neighbouring lines of one rule are one cut.
class Cutting {
 public:
  void keep(std::string_view line) {
    if (kept_lines_++ > 0) result_.kept += '\n';
    result_.kept += line;
    open_ = false;
  }

  void take(std::string_view line, const std::string& rule, RuleAction action) {
    if (open_ && result_.cuts.back().rule == rule) {
      result_.cuts.back().text += '\n';
      result_.cuts.back().text += line;
      return;
    }
    result_.cuts.push_back({rule, action, std::string(line)});
    open_ = true;
  }

  void take_learned(std::string_view line) {
    const bool goes_on = open_ && result_.cuts.back().rule == kLearnedRule;
    if (!goes_on) keep(kLearnedMarker);
    take(line, std::string(kLearnedRule), RuleAction::relocate);
  }

  CutText finish(const HashSecret& secret) {
    result_.digest = keyed_digest(result_.kept, secret).low;
    return std::move(result_);
  }

 private:
  CutText result_;
  std::size_t kept_lines_ = 0;
  bool open_ = false;
};

}  // namespace

std::shared_ptr<const CutText> TextCutter::cut(TextPlace place, std::string_view owner, std::string_view text,
                                               CutDepth depth, const std::vector<LearnedLine>& learned,
                                               std::uint64_t learned_generation) {
  if (text.size() > limits::kOrderedTextBytesMax)
    return std::make_shared<const CutText>(CutText{std::string(text), {}, keyed_digest(text, secret_).low});
  Digest128 key = keyed_digest(text, secret_);
  std::string context(owner);
  context += static_cast<char>(place);
  context += static_cast<char>(depth);
  for (const char c : key.bytes()) context += c;
  context += std::to_string(learned_generation);
  key = keyed_digest(context, secret_);

  if (Result known = recall(key)) return known;
  auto result = std::make_shared<const CutText>(cut_anew(place, owner, text, depth, learned));
  remember(key, result);
  return result;
}

TextCutter::Result TextCutter::recall(const Digest128& key) {
  const std::lock_guard lock(mutex_);
  const auto known = by_key_.find(key);
  if (known == by_key_.end()) return nullptr;
  remembered_.splice(remembered_.begin(), remembered_, known->second);
  return known->second->result;
}

void TextCutter::remember(const Digest128& key, const Result& result) {
  const std::lock_guard lock(mutex_);
  if (by_key_.contains(key)) return;
  remembered_.push_front({key, result});
  by_key_[key] = remembered_.begin();
  remembered_bytes_ += bytes_of(*result);
  while (remembered_.size() > kRememberedMax || remembered_bytes_ > kRememberedBytesMax) {
    remembered_bytes_ -= bytes_of(*remembered_.back().result);
    by_key_.erase(remembered_.back().key);
    remembered_.pop_back();
  }
}

CutText TextCutter::cut_anew(TextPlace place, std::string_view owner, std::string_view text, CutDepth depth,
                             const std::vector<LearnedLine>& learned) const {
  const std::vector<Piece> pieces = apply_rules(rules_, place, text, depth);
  std::vector<bool> learned_claims;
  if (depth == CutDepth::volatile_too && !learned.empty()) {
    // Learned lines are known by their neighbours in what the rules leave.
    std::vector<std::string_view> left;
    for (const Piece& piece : pieces)
      if (piece.taken_by == nullptr) left.push_back(piece.line);
    learned_claims = claim_learned(learned, place, owner, left, mark_lines(left, secret_));
  }
  Cutting cutting;
  std::size_t line_left = 0;
  for (const Piece& piece : pieces) {
    if (piece.taken_by != nullptr) {
      cutting.take(piece.line, piece.taken_by->name, piece.taken_by->action);
    } else if (const std::size_t at = line_left++;
               at < learned_claims.size() && learned_claims[at] && !piece.pinned) {
      cutting.take_learned(piece.line);
    } else {
      cutting.keep(piece.line);
    }
  }
  return cutting.finish(secret_);
}

}  // namespace anyclaude
