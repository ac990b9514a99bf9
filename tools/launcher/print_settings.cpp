#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/launcher/client_environment.h"
#include "tools/launcher/progress.h"
#include "tools/launcher/services.h"
#include "tools/launcher/verbs.h"

namespace anyclaude::launcher {
namespace {

// Where the broker is, or will be; empty when the system chooses its port anew each time.
std::string broker_address(const Setting& setting) {
  if (const auto url = find_broker(setting)) return *url;
  if (setting.config.listen_port == 0) return {};
  const std::string& host = setting.config.listen_host;
  return "http://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" +
         std::to_string(setting.config.listen_port);
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

int print_settings(const Setting& setting, const Arguments& arguments) {
  const auto backend = choose_backend(setting);
  if (!backend) return report(backend.error());
  const std::string address = broker_address(setting);
  if (address.empty())
    say("the broker's port differs each time it starts, so ANTHROPIC_BASE_URL is left out: set \"port\" in "
        ".anyclauderc.json to keep it.");
  auto variables = helpful_variables(setting, *backend, served_model_of(*backend).context_tokens);
  if (!address.empty()) variables.insert(variables.begin(), {"ANTHROPIC_BASE_URL", address, "the broker"});
  if (arguments.format == OutputFormat::json) {
    nlohmann::ordered_json environment = nlohmann::ordered_json::object();
    for (const ClientVariable& entry : variables) environment[entry.name] = entry.value;
    std::printf("%s\n", nlohmann::ordered_json{{"env", environment}}.dump(2).c_str());
    return static_cast<int>(ExitCode::done);
  }
  for (const ClientVariable& entry : variables)
    std::printf("# %s\nexport %s=%s\n", entry.reason.c_str(), entry.name.c_str(),
                quoted(entry.value).c_str());
  return static_cast<int>(ExitCode::done);
}

}  // namespace anyclaude::launcher
