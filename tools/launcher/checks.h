// What `anyclaude doctor` looks at, one function each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/identity/model_details.h"
#include "backend/profile/context_needs.h"
#include "tools/launcher/setting.h"

namespace anyclaude::launcher {

enum class Verdict { good, doubtful, bad };
std::string_view name_of(Verdict verdict);

struct Check {
  std::string name;
  Verdict verdict = Verdict::good;
  std::string found;
  std::string advice;  // one sentence on what to change; empty when there is nothing to
};

// `profile` is the name of one; its context_advice is what a small context is answered with. A model that is
// not loaded yet has no context.
Check check_context(std::optional<std::uint64_t> context_tokens, const std::string& profile,
                    ModelState state = ModelState::unsaid);
// Nothing where the server does not say what the model takes.
std::optional<Check> check_tools(Ability tools, const std::string& model);
// `chat_template` is what a llama.cpp server renders prompts with.
Check check_template(const std::string& chat_template);
// MLX-Textgen keeps its cache in files; a full or foreign directory means prefill after prefill.
Check check_cache_directory(const std::filesystem::path& directory);
Check check_store(const std::filesystem::path& directory);
Check check_client(const EnvironmentVariables& environment);
Check check_broker_program(const EnvironmentVariables& environment);

// The server, its model and what else there is to see of it.
std::vector<Check> check_server(const Setting& setting, const ChosenBackend& backend);

}  // namespace anyclaude::launcher
