#include "config/config_digest.h"
#include "servers/load_config.h"
#include "servers/server_settings.h"
#include "tools/cachectl/doctor_parts.h"

namespace anyclaude::cachectl {
namespace {

void compare_with_broker(const Config& config, Findings& findings) {
  const auto broker = findings.facts.find("broker");
  if (broker == findings.facts.end() || (*broker)["config_digest"] == config_digest(config)) return;
  findings.add("configuration", Verdict::warning,
               "the broker that runs was started with another one; start it again for this one to count");
}

}  // namespace

void examine_configuration(const Surroundings& here, const ConfigFlags& flags,
                           const EnvironmentVariables& environment, Findings& findings) {
  const auto problem = [&](const Error& error) {
    findings.add("configuration", Verdict::problem, error.message);
  };
  const auto loaded = load_config(flags, environment);
  if (!loaded) return problem(loaded.error());
  const Config& config = loaded->config;
  findings.add("configuration", Verdict::fine,
               config.file.empty() ? "no file; the defaults and the environment count"
                                   : "read from " + config.file.string());
  if (config.mode.empty())
    return findings.add("backend", Verdict::unknown,
                        "none is chosen; say \"backend\": NAME in .anyclauderc.json, or ANYCLAUDE_MODE");
  if (const Status known = require_mode(config, names_of(loaded->profiles)); !known)
    return problem(known.error());
  compare_with_broker(config, findings);
  const auto settings = server_settings(config, loaded->profiles, config.mode);
  if (!settings) return findings.add("backend " + config.mode, Verdict::problem, settings.error().message);
  examine_backend(here, config.mode, *settings, findings);
}

}  // namespace anyclaude::cachectl
