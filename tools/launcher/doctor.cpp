#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/launcher/checks.h"
#include "tools/launcher/gateway.h"
#include "tools/launcher/services.h"
#include "tools/launcher/verbs.h"

namespace anyclaude::launcher {
namespace {

using nlohmann::json;

Check check_configuration(const Setting& setting) {
  const std::string file =
      setting.config.file.empty() ? "no configuration file" : setting.config.file.string();
  if (setting.config.mode.empty())
    return {"configuration", Verdict::bad, file + ", no backend chosen",
            "Run `anyclaude init`, or name one with --mode."};
  return {"configuration", Verdict::good, file + ", backend " + setting.config.mode, {}};
}

Check check_running_broker(const Setting& setting) {
  if (const auto url = find_broker(setting))
    return {"running broker", Verdict::good, "one runs with this configuration at " + *url, {}};
  return {
      "running broker", Verdict::good, "none runs with this configuration; one is started when needed", {}};
}

std::vector<Check> all_checks(const Setting& setting) {
  std::vector<Check> checks{check_configuration(setting)};
  if (const auto backend = choose_backend(setting)) {
    for (Check& check : check_server(setting, *backend)) checks.push_back(std::move(check));
    if (const std::string note = gateway_note(setting, *backend); !note.empty())
      checks.push_back({"gateway", Verdict::doubtful, note, {}});
  } else if (!setting.config.mode.empty()) {
    const bool lacks_approval = backend.error().kind == ErrorKind::permission;
    checks.push_back({"backend", Verdict::bad, backend.error().message,
                      lacks_approval ? "Read the file; if you agree, run `anyclaude trust`."
                                     : "Correct it in .anyclauderc.json."});
  }
  checks.push_back(check_store(setting.config.store_directory));
  checks.push_back(check_broker_program(setting.environment));
  checks.push_back(check_running_broker(setting));
  checks.push_back(check_client(setting.environment));
  return checks;
}

void print_text(const std::vector<Check>& checks) {
  for (const Check& check : checks) {
    std::printf("%-8s %s: %s\n", std::string(name_of(check.verdict)).c_str(), check.name.c_str(),
                check.found.c_str());
    if (!check.advice.empty()) std::printf("         -> %s\n", check.advice.c_str());
  }
}

void print_json(const std::vector<Check>& checks, bool is_well) {
  json list = json::array();
  for (const Check& check : checks)
    list.push_back({{"name", check.name},
                    {"verdict", name_of(check.verdict)},
                    {"found", check.found},
                    {"advice", check.advice}});
  const json out = {{"ok", is_well}, {"checks", list}};
  std::printf("%s\n", out.dump(2, ' ', false, json::error_handler_t::replace).c_str());
}

}  // namespace

int doctor(const Setting& setting, const Arguments& arguments) {
  const std::vector<Check> checks = all_checks(setting);
  bool is_well = true;
  for (const Check& check : checks) is_well = is_well && check.verdict != Verdict::bad;
  if (arguments.format == OutputFormat::json)
    print_json(checks, is_well);
  else
    print_text(checks);
  return static_cast<int>(is_well ? ExitCode::done : ExitCode::failure);
}

}  // namespace anyclaude::launcher
