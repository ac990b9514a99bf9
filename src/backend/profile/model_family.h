// What is known of a family of models, wherever one of them runs: config/model_families.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anyclaude {

// What a model's makers recommend. A client that says any of it is not overruled.
struct Sampling {
  std::optional<double> temperature = std::nullopt;
  std::optional<double> top_p = std::nullopt;
  std::optional<std::uint64_t> top_k = std::nullopt;
  std::optional<double> min_p = std::nullopt;
  std::optional<double> repetition_penalty = std::nullopt;
  std::optional<double> presence_penalty = std::nullopt;

  bool operator==(const Sampling&) const = default;
};

enum class Thinks { unknown, never, always, switchable };

struct ModelFamily {
  // Patterns of model names; `*` stands for anything, case does not count.
  std::vector<std::string> match = {};
  Sampling sampling = {};
  Sampling sampling_thinking = {};  // while the model thinks; members it leaves out are those of `sampling`
  Thinks thinks = Thinks::unknown;
  std::string template_switch = {};       // a boolean of the chat template: enable_thinking
  std::string template_effort = {};       // a text of the chat template: reasoning_effort
  std::vector<std::string> efforts = {};  // the efforts it knows, least first
  std::string soft_off = {};              // words in the system prompt that switch thinking off: /no_think
};

bool matches(const ModelFamily& family, std::string_view model);
// Whether `text` fits a pattern in which `*` stands for anything, case apart.
bool fits_pattern(std::string_view pattern, std::string_view text);

// The one of `family.efforts` that comes nearest to Anthropic's word for it (low, medium, high, max);
// empty when the family has none or the word is none.
std::string nearest_effort(const ModelFamily& family, std::string_view wanted);

}  // namespace anyclaude
