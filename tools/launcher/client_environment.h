// What Claude Code is told through its environment.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

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
Environment client_environment(const Setting& setting, const ChosenBackend& backend,
                               const std::string& broker_url, std::optional<std::uint64_t> context_tokens);

// Whether Claude Code has a key or a login of the person's, as far as one can see without asking it.
bool has_credentials(const Environment& environment, const std::filesystem::path& home);

// The context of the model that answers; nothing where the server does not say.
std::optional<std::uint64_t> context_of(const ChosenBackend& backend);

}  // namespace anyclaude::launcher
