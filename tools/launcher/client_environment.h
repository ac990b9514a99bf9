// What Claude Code gets through its environment.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "backend/identity/model_details.h"
#include "config/config.h"
#include "tools/launcher/setting.h"

namespace anyclaude::launcher {

struct ClientVariable {
  std::string name;
  std::string value;
  std::string reason;  // one line
};

// What helps Claude Code through a local server; nothing for Anthropic itself. `context_tokens` is the
// server's, where it is known.
std::vector<ClientVariable> helpful_variables(const Setting& setting, const ChosenBackend& backend,
                                              std::optional<std::uint64_t> context_tokens);

// The environment for claude: the person's own, the broker's address, and of what helps only what the person
// has not set.
EnvironmentVariables client_environment(const Setting& setting, const ChosenBackend& backend,
                                        const std::string& broker_url,
                                        std::optional<std::uint64_t> context_tokens);

// Whether Claude Code has a key or a login of the person's, as far as one can see without asking it.
bool has_credentials(const EnvironmentVariables& environment, const std::filesystem::path& home);

// The model that answers, as far as its server says something of it.
struct ServedModel {
  std::string name;
  std::optional<std::uint64_t> context_tokens;
  Ability tools = Ability::unsaid;
};
ServedModel served_model_of(const ChosenBackend& backend);
// What a user has to know of it before the first turn, as sentences.
std::vector<std::string> warnings_about(const ServedModel& model, const ChosenBackend& backend);

}  // namespace anyclaude::launcher
