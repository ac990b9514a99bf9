#include "config/routing_config.h"

#include <cmath>

#include "config/json_setters.h"

namespace anyclaude {
namespace {

using nlohmann::json;

JsonSetter tokens_into(std::optional<std::uint64_t>& target) {
  return [&target](const json& value) -> Status {
    if (!value.is_number_unsigned()) return config_error("must be a number of tokens");
    target = value.get<std::uint64_t>();
    return {};
  };
}

JsonSetter dollars_into(std::optional<double>& target) {
  return [&target](const json& value) -> Status {
    if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < 0)
      return config_error("must be an amount of US dollars");
    target = value.get<double>();
    return {};
  };
}

Status apply_condition(RoutingCondition& when, const json& value, const std::string& path) {
  const auto tools = [&when](const json& need) -> Status {
    if (need != "needed" && need != "none") return config_error("must be needed or none");
    when.tools = need == "needed" ? ToolNeed::needed : ToolNeed::none;
    return {};
  };
  return apply_json_object(value, path + "when.",
                           {{"model", text_into(when.model)},
                            {"tools", tools},
                            {"prompt_tokens_over", tokens_into(when.prompt_tokens_over)},
                            {"prompt_tokens_under", tokens_into(when.prompt_tokens_under)},
                            {"side_request", text_into(when.side_request)}});
}

}  // namespace

Status apply_routing(std::vector<RoutingRule>& rules, const json& value) {
  if (!value.is_array()) return config_error("must be a list of rules");
  std::vector<RoutingRule> read;
  for (const json& entry : value) {
    const std::string path = "routing." + std::to_string(read.size() + 1) + ".";
    RoutingRule rule;
    const auto when = [&](const json& condition) { return apply_condition(rule.when, condition, path); };
    if (auto status = apply_json_object(
            entry, path, {{"when", when}, {"to", text_into(rule.backend)}, {"model", text_into(rule.model)}});
        !status)
      return status;
    if (rule.backend.empty()) return config_error("'" + path + "to': must name a backend");
    read.push_back(std::move(rule));
  }
  rules = std::move(read);
  return {};
}

Status apply_price(std::optional<TokenPrice>& price, const json& value) {
  std::optional<double> input, output, cached;
  if (auto status = apply_json_object(value, "price.",
                                      {{"input", dollars_into(input)},
                                       {"output", dollars_into(output)},
                                       {"cached_input", dollars_into(cached)}});
      !status)
    return status;
  if (!input || !output) return config_error("must say what input and output cost, per million tokens");
  price = TokenPrice{*input, *output, cached.value_or(*input)};
  return {};
}

Status apply_cost_cap(std::optional<double>& cap, const json& value) {
  return dollars_into(cap)(value);
}

}  // namespace anyclaude
