// Which server answers what, which server replaces one that is down, and what paid ones may cost.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace anyclaude {

enum class ToolNeed { either, needed, none };

// What a rule asks of a request. Empty members ask nothing; a rule that asks nothing fits every request.
struct RoutingCondition {
  std::string model;  // a pattern in which * stands for any text and ? for one character
  ToolNeed tools = ToolNeed::either;
  // Of the prompt, estimated from the request's size.
  std::optional<std::uint64_t> prompt_tokens_over = std::nullopt;
  std::optional<std::uint64_t> prompt_tokens_under = std::nullopt;
  std::string side_request;  // of this kind ("title"), as the client profiles tell them
};

struct RoutingRule {
  RoutingCondition when;
  std::string backend;
  std::string model;  // empty: the backend's own
};

// US dollars for a million tokens.
struct TokenPrice {
  double input_usd = 0;
  double output_usd = 0;
  double cached_input_usd = 0;
};

// `routing`: a list of {"when": {...}, "to": NAME[, "model": M]}. Errors say which rule and which key.
Status apply_routing(std::vector<RoutingRule>& rules, const nlohmann::json& value);
// `price`: {"input": 3, "output": 15, "cached_input": 0.3}; without the last, cached input costs what input
// costs.
Status apply_price(std::optional<TokenPrice>& price, const nlohmann::json& value);
// `cost_cap_usd_per_day`: a number above 0.
Status apply_cost_cap(std::optional<double>& cap, const nlohmann::json& value);

}  // namespace anyclaude
