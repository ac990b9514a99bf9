#include "prompt/rules/volatile_rules.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/bounded_json.h"
#include "prompt/rules/embedded_texts.h"
#include "prompt/rules/text_lines.h"

namespace anyclaude {
namespace {

using nlohmann::json;

tl::unexpected<Error> wrong(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::config, "volatile rules: " + std::move(message));
}

template <typename Enum, std::size_t kCount>
std::optional<Enum> by_name(std::string_view name, const std::array<Enum, kCount>& all) {
  const auto found = std::ranges::find_if(all, [name](Enum value) { return name_of(value) == name; });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

constexpr std::array kPlaces{TextPlace::system, TextPlace::tool, TextPlace::reminder};
constexpr std::array kActions{RuleAction::drop, RuleAction::relocate, RuleAction::pin, RuleAction::rewrite};

Result<VolatileRule> read_rule(const json& entry) {
  if (!entry.is_object()) return wrong("each rule is an object");
  VolatileRule rule;
  for (const auto& [key, value] : entry.items()) {
    if (key == "places") continue;
    if (!value.is_string()) return wrong("'" + key + "' must be text");
    const std::string text = value.get<std::string>();
    if (key == "name") {
      rule.name = text;
    } else if (key == "why") {
      rule.why = text;
    } else if (key == "pattern") {
      rule.pattern = text;
    } else if (key == "within") {
      rule.within = text;
    } else if (key == "replacement") {
      rule.replacement = text;
    } else if (key == "marker") {
      rule.marker = text;
    } else if (key == "extent" && (text == "line" || text == "paragraph")) {
      rule.extent = text == "line" ? RuleExtent::line : RuleExtent::paragraph;
    } else if (const auto action = by_name(text, kActions); key == "action" && action) {
      rule.action = *action;
    } else {
      return wrong("'" + key + "': '" + text + "' is not understood");
    }
  }
  const json places = entry.value("places", json::array());
  for (const json& place : places) {
    const auto known = by_name(place.is_string() ? place.get<std::string>() : "", kPlaces);
    if (!known) return wrong("'places' takes system, tool and reminder");
    rule.places.push_back(*known);
  }
  if (rule.name.empty() || rule.pattern.empty() || rule.places.empty() || rule.why.empty())
    return wrong("a rule needs a name, places, a pattern and a reason (why)");
  return rule;
}

}  // namespace

std::string_view name_of(TextPlace place) {
  switch (place) {
    case TextPlace::system:
      return "system";
    case TextPlace::tool:
      return "tool";
    case TextPlace::reminder:
      return "reminder";
  }
  return "";
}

std::string_view name_of(RuleAction action) {
  switch (action) {
    case RuleAction::drop:
      return "drop";
    case RuleAction::relocate:
      return "relocate";
    case RuleAction::pin:
      return "pin";
    case RuleAction::rewrite:
      return "rewrite";
  }
  return "";
}

struct VolatileRules::Compiled {
  std::vector<VolatileRule> rules;
  std::vector<std::unique_ptr<RE2>> patterns;
  std::vector<std::unique_ptr<RE2>> within;  // null where a rule says nothing
  // All patterns of a place at once: one pass over a text tells which rules need a closer look.
  std::array<std::unique_ptr<RE2::Set>, kTextPlaceCount> sets;
  std::array<std::vector<int>, kTextPlaceCount> rules_of_place;  // in the order they were added to the set

  Status add(VolatileRule rule) {
    RE2::Options quiet;
    quiet.set_log_errors(false);
    auto pattern = std::make_unique<RE2>(rule.pattern, quiet);
    if (!pattern->ok()) return wrong("rule " + rule.name + ": " + pattern->error());
    std::unique_ptr<RE2> context;
    if (!rule.within.empty()) {
      context = std::make_unique<RE2>(rule.within, quiet);
      if (!context->ok()) return wrong("rule " + rule.name + ": " + context->error());
    }
    rules.push_back(std::move(rule));
    patterns.push_back(std::move(pattern));
    within.push_back(std::move(context));
    return {};
  }

  Status build_sets() {
    RE2::Options quiet;
    quiet.set_log_errors(false);
    for (const TextPlace place : kPlaces) {
      const auto at = static_cast<std::size_t>(place);
      sets[at] = std::make_unique<RE2::Set>(quiet, RE2::UNANCHORED);
      for (std::size_t i = 0; i < rules.size(); ++i) {
        if (std::ranges::find(rules[i].places, place) == rules[i].places.end()) continue;
        if (sets[at]->Add("(?m:" + rules[i].pattern + ")", nullptr) < 0)
          return wrong("rule " + rules[i].name + " cannot be looked for together with the others");
        rules_of_place[at].push_back(static_cast<int>(i));
      }
      if (!sets[at]->Compile()) return wrong("the patterns are too many or too large");
    }
    return {};
  }

  // The rules that match anywhere in the text, pins first, then in the order of the file.
  std::vector<int> candidates(TextPlace place, std::string_view text) const {
    const auto at = static_cast<std::size_t>(place);
    if (rules_of_place[at].empty()) return {};
    std::vector<int> matched;
    sets[at]->Match(re2::StringPiece(text.data(), text.size()), &matched);
    std::ranges::sort(matched);
    std::vector<int> result;
    for (const int i : matched) result.push_back(rules_of_place[at][static_cast<std::size_t>(i)]);
    std::stable_partition(result.begin(), result.end(), [this](int rule) {
      return rules[static_cast<std::size_t>(rule)].action == RuleAction::pin;
    });
    return result;
  }
};

VolatileRules VolatileRules::built_in() {
  // The tests parse the same text, so that this cannot fail in the field.
  return parse(embedded::kVolatileRules).value_or(VolatileRules{});
}

Result<VolatileRules> VolatileRules::parse(std::string_view text) {
  const json root = parse_json(text, JsonComments::ignored);
  if (!root.is_object() || !root.contains("rules") || !root["rules"].is_array())
    return wrong("the file must hold an object with a list 'rules'");
  auto compiled = std::make_shared<Compiled>();
  for (const json& entry : root["rules"]) {
    auto rule = read_rule(entry);
    if (!rule) return tl::unexpected(rule.error());
    if (auto status = compiled->add(std::move(*rule)); !status) return tl::unexpected(status.error());
  }
  if (auto status = compiled->build_sets(); !status) return tl::unexpected(status.error());
  VolatileRules result;
  result.compiled_ = std::move(compiled);
  return result;
}

const std::vector<VolatileRule>& VolatileRules::rules() const {
  static const std::vector<VolatileRule> kNone;
  return compiled_ ? compiled_->rules : kNone;
}

std::vector<int> VolatileRules::claim_lines(TextPlace place, std::string_view text,
                                            const std::vector<std::string_view>& lines) const {
  std::vector<int> claims(lines.size(), kNoRule);
  if (!compiled_) return claims;
  for (const int rule : compiled_->candidates(place, text)) {
    const auto at = static_cast<std::size_t>(rule);
    const RE2* within = compiled_->within[at].get();
    if (within != nullptr && !RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *within))
      continue;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const re2::StringPiece line(lines[i].data(), lines[i].size());
      if (claims[i] != kNoRule || !RE2::PartialMatch(line, *compiled_->patterns[at])) continue;
      claims[i] = rule;
      if (compiled_->rules[at].extent == RuleExtent::line) continue;
      while (i + 1 < lines.size() && !is_blank(lines[i + 1]) && claims[i + 1] == kNoRule) claims[++i] = rule;
    }
  }
  return claims;
}

std::string VolatileRules::rewritten(int rule, std::string_view line) const {
  const auto at = static_cast<std::size_t>(rule);
  std::string text(line);
  RE2::GlobalReplace(&text, *compiled_->patterns[at], compiled_->rules[at].replacement);
  return text;
}

}  // namespace anyclaude
