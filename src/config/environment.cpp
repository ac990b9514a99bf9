// The environment names that earlier versions of the product used, and this one's own.
#include <array>

#include "config/config.h"

extern char** environ;

namespace anyclaude {
namespace {

struct BackendVariables {
  std::string_view backend;  // the profile's name
  std::string_view url;
  std::string_view api_key;
  std::string_view model;
};

constexpr std::array<BackendVariables, 8> kBackendVariables{{
    {"mlx-lm", "MLX_LM_URL", "MLX_LM_API_KEY", "MLX_LM_MODEL"},
    {"lmstudio", "LMSTUDIO_URL", "LMSTUDIO_API_KEY", "LMSTUDIO_MODEL"},
    {"vllm-mlx-legacy", "VLLM_MLX_URL", "VLLM_MLX_API_KEY", "VLLM_MLX_MODEL"},
    {"mlx-textgen", "MLX_URL", "MLX_API_KEY", "MLX_MODEL"},
    {"mlx-omni", "MLX_OMNI_URL", "MLX_OMNI_API_KEY", "MLX_OMNI_MODEL"},
    {"llama-cpp", "LLAMA_CPP_URL", "LLAMA_CPP_API_KEY", "LLAMA_CPP_MODEL"},
    {"openai", "LOCAL_URL", "LOCAL_API_KEY", "LOCAL_MODEL"},
    {"openrouter", "OPENROUTER_BASE_URL", "OPENROUTER_API_KEY", "OPENROUTER_MODEL"},
}};

void take(const Environment& variables, std::string_view name, std::string& target) {
  const auto found = variables.find(name);
  if (found != variables.end() && !found->second.empty()) target = found->second;
}

}  // namespace

Status apply_environment(Config& config, const Environment& variables) {
  take(variables, "ANYCLAUDE_MODE", config.mode);
  for (const BackendVariables& names : kBackendVariables) {
    BackendConfig said;
    take(variables, names.url, said.url);
    take(variables, names.api_key, said.api_key);
    take(variables, names.model, said.model);
    if (said.url.empty() && said.api_key.empty() && said.model.empty()) continue;
    BackendConfig& backend = config.backends[std::string(names.backend)];
    if (!said.url.empty()) backend.url = said.url;
    if (!said.api_key.empty()) backend.api_key = said.api_key;
    if (!said.model.empty()) backend.model = said.model;
  }
  std::string anthropic_url;
  take(variables, "ANTHROPIC_API_URL", anthropic_url);
  if (!anthropic_url.empty()) config.backends["claude"].url = anthropic_url;

  std::string port;
  take(variables, "ANYCLAUDE_PORT", port);
  if (!port.empty()) {
    if (auto status = apply_listen_address(config, ":" + port); !status)
      return fail(ErrorKind::invalid_request, ErrorSource::config,
                  "ANYCLAUDE_PORT must be a port, 0 to 65535");
  }
  std::string debug;
  take(variables, "ANYCLAUDE_DEBUG", debug);
  if (debug == "1") config.log_level = "debug";
  if (debug == "2" || debug == "3") config.log_level = "trace";
  std::string store;
  take(variables, "ANYCLAUDE_STORE", store);
  if (!store.empty()) config.store_directory = store;
  return {};
}

Environment process_environment() {
  Environment variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      variables.emplace(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
  }
  return variables;
}

}  // namespace anyclaude
