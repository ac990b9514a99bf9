// What a model server says of one model beyond its list of models: the context it is loaded with, and what it
// can do. Ollama says it in /api/ps and /api/show, LM Studio in /api/v0/models.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace anyclaude {

enum class ModelState { unsaid, loaded, not_loaded };
enum class Ability { unsaid, present, absent };

struct ModelDetails {
  ModelState state = ModelState::unsaid;
  // Of the loaded model; of one that is not loaded, what its parameters ask for. Nothing where neither is
  // said.
  std::optional<std::uint64_t> context_tokens = std::nullopt;
  Ability tools = Ability::unsaid;
  Ability images = Ability::unsaid;
};

// Whether `said` means the model that a server lists as `listed`. Case does not count, nor the tag ":latest",
// which Ollama adds to a name without a tag.
bool names_model(std::string_view said, std::string_view listed);

// Each takes what a reply says of `model` into `details`. A reply of another shape says nothing.
void read_ollama_running(const nlohmann::json& ps, std::string_view model, ModelDetails& details);
void read_ollama_model(const nlohmann::json& show, ModelDetails& details);
void read_lm_studio_models(const nlohmann::json& models, std::string_view model, ModelDetails& details);

}  // namespace anyclaude
