#include "tools/launcher/client_environment.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string_view>

#include "backend/identity/backend.h"
#include "backend/profile/context_needs.h"
#include "base/clock.h"

namespace anyclaude::launcher {
namespace {

constexpr std::uint64_t kOutputTokensMax = 32'000;
constexpr std::uint64_t kOutputTokensMin = 4'096;
// A context larger than this needs no help.
constexpr std::uint64_t kRoomyContextTokens = 200'000;

// A quarter of the context is for the answer.
std::uint64_t output_tokens(const ChosenBackend& backend, std::optional<std::uint64_t> context_tokens) {
  std::uint64_t tokens = std::min(backend.said.max_tokens.value_or(kOutputTokensMax), kOutputTokensMax);
  if (context_tokens) tokens = std::min(tokens, std::max(*context_tokens / 4, kOutputTokensMin));
  return tokens;
}

// Requests to this machine must not go through a proxy that is configured for other hosts.
void keep_off_proxies(EnvironmentVariables& environment) {
  const bool has_proxy = std::ranges::any_of(
      std::array{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"},
      [&](const char* name) { return !variable(environment, name).empty(); });
  if (!has_proxy) return;
  for (const char* name : {"NO_PROXY", "no_proxy"}) {
    std::string& exceptions = environment[name];
    if (exceptions.find("127.0.0.1") != std::string::npos || exceptions == "*") continue;
    exceptions += (exceptions.empty() ? "" : ",") + std::string("127.0.0.1,localhost");
  }
}

bool file_mentions(const std::filesystem::path& file, std::string_view word) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str().find(word) != std::string::npos;
}

}  // namespace

std::vector<ClientVariable> helpful_variables(const Setting& setting, const ChosenBackend& backend,
                                              std::optional<std::uint64_t> context_tokens) {
  if (backend.is_anthropic()) return {};
  const auto patience = setting.config.timeouts.first_byte + limits::kFirstByteTimeMax;
  std::vector<ClientVariable> variables{
      {"CLAUDE_CODE_ATTRIBUTION_HEADER", "0",
       "a line that differs with every conversation and says nothing here"},
      {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1", "small requests that would take the server's turn"},
      {"CLAUDE_CODE_TOTAL_TOKENS_REMINDER", "off", "a count that would change the prompt with every turn"},
      {"API_TIMEOUT_MS", std::to_string(patience.count()), "a local server may read a prompt for minutes"},
      {"CLAUDE_STREAM_IDLE_TIMEOUT_MS", std::to_string(limits::kFirstByteTimeMax.count()),
       "silence while the server reads is no failure"}};
  if (context_tokens && *context_tokens < kRoomyContextTokens)
    variables.push_back({"CLAUDE_CODE_AUTO_COMPACT_WINDOW", std::to_string(*context_tokens),
                         "the conversation is summed up before the server's context is full"});
  if (context_tokens || backend.said.max_tokens)
    variables.push_back({"CLAUDE_CODE_MAX_OUTPUT_TOKENS",
                         std::to_string(output_tokens(backend, context_tokens)),
                         "an answer and its prompt have to fit into the context together"});
  return variables;
}

EnvironmentVariables client_environment(const Setting& setting, const ChosenBackend& backend,
                                        const std::string& broker_url,
                                        std::optional<std::uint64_t> context_tokens) {
  EnvironmentVariables environment = setting.environment;
  environment["ANTHROPIC_BASE_URL"] = broker_url;
  keep_off_proxies(environment);
  for (const ClientVariable& wanted : helpful_variables(setting, backend, context_tokens))
    environment.emplace(wanted.name, wanted.value);
  // Without any credentials Claude Code would ask for a login that a local server has no use for.
  if (!backend.is_anthropic() && !has_credentials(setting.environment, setting.home))
    environment["ANTHROPIC_AUTH_TOKEN"] = kPlaceholderToken;
  return environment;
}

bool has_credentials(const EnvironmentVariables& environment, const std::filesystem::path& home) {
  for (const char* name : {"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"})
    if (!variable(environment, name).empty()) return true;
  const std::string chosen = variable(environment, "CLAUDE_CONFIG_DIR");
  const std::filesystem::path directory = chosen.empty() ? home / ".claude" : std::filesystem::path(chosen);
  const std::filesystem::path state = (chosen.empty() ? home : directory) / ".claude.json";
  std::error_code ignored;
  return std::filesystem::exists(directory / ".credentials.json", ignored) ||
         file_mentions(directory / "settings.json", "\"apiKeyHelper\"") ||
         file_mentions(state, "\"oauthAccount\"") || file_mentions(state, "\"primaryApiKey\"");
}

ServedModel served_model_of(const ChosenBackend& backend) {
  // The long list of a provider's models is not worth the wait.
  if (backend.is_anthropic() || backend.settings.profile.server.billing == Billing::paid) return {};
  const RealClock clock;
  const auto asked = Backend::create(backend.settings, clock);
  if (!asked) return {};
  const auto identity = (*asked)->identity();
  if (!identity) return {};
  const ModelDetails details = (*asked)->details(identity->model);
  return {identity->model, details.context_tokens ? details.context_tokens : identity->context_tokens,
          details.tools};
}

std::vector<std::string> warnings_about(const ServedModel& model, const ChosenBackend& backend) {
  std::vector<std::string> warnings;
  if (model.tools == Ability::absent)
    warnings.push_back("the model " + model.name + " of " + backend.name +
                       " takes no tools, and Claude Code cannot work without them: name another one in "
                       "\"model\" of .anyclauderc.json");
  const bool may_be_cut = backend.settings.profile.server.long_prompts == LongPrompts::may_be_cut;
  if (may_be_cut && model.context_tokens && *model.context_tokens < kContextTokensMin)
    warnings.push_back("the model " + model.name + " of " + backend.name + " has a context of " +
                       std::to_string(*model.context_tokens) + " tokens, and Claude Code needs " +
                       std::to_string(kContextTokensMin) + " to begin; see `anyclaude doctor`");
  return warnings;
}

}  // namespace anyclaude::launcher
