#include "tools/launcher/server_plan.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/printable.h"

namespace anyclaude::launcher {
namespace {

namespace fs = std::filesystem;

// The arguments of scripts, in this order; also in ANYCLAUDE_MODEL and so on, for those that expect another.
struct ScriptFacts {
  std::string model;
  std::string port;
  std::string cache_directory;
  std::string log_file;
};

tl::unexpected<Error> cannot_start(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::config, std::move(message));
}

bool needs_model(const LaunchCommand& launch) {
  return std::ranges::any_of(launch.arguments, [](const std::string& argument) {
    return argument.find("{model}") != std::string::npos;
  });
}

// Relative to the configuration file and to nothing else: what lies in the working directory may have come
// with it. Empty when it is not there.
fs::path find_script(const Setting& setting, const std::string& script) {
  if (script.empty() || setting.config.file.empty()) return {};
  std::error_code ignored;
  const fs::path beside = fs::absolute(setting.config.file, ignored).parent_path();
  const fs::path file = beside / expand_home(script, setting.home);
  return fs::is_regular_file(file, ignored) ? file : fs::path();
}

// A relative path among a command's words is a script too, as in `python3 scripts/server.py`.
bool is_relative_path(const std::string& word) {
  return !word.starts_with('/') && !word.starts_with('-') && !word.starts_with('{') &&
         word.find('/') != std::string::npos;
}

Status may_run(const Setting& setting, const fs::path& script) {
  if (setting.config.is_users(setting.config.file_origin)) return {};
  return approval_missing(setting.config, "runs the script " + printable_quoted(script.string()));
}

std::string filled(std::string text, const ScriptFacts& facts, const std::string& host) {
  const std::array<std::pair<std::string_view, std::string_view>, 3> values{
      {{"{model}", facts.model}, {"{port}", facts.port}, {"{host}", host}}};
  for (const auto& [name, value] : values)
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size())
      text.replace(at, name.size(), value);
  return text;
}

std::vector<std::string> script_command(const fs::path& script, const ScriptFacts& facts) {
  std::vector<std::string> command;
  const bool is_python = script.extension() == ".py";
  if (is_python)
    command.emplace_back("python3");
  else if (::access(script.c_str(), X_OK) != 0)
    command.emplace_back("bash");
  command.push_back(script.string());
  if (is_python)
    command.insert(command.end(), {"--model", facts.model, "--port", facts.port});
  else
    command.insert(command.end(), {facts.model, facts.port, facts.cache_directory, facts.log_file});
  return command;
}

// In the home directory: `python3 -m` and model names are looked for in the working directory, which may hold
// a stranger's files of those names.
Status take_profiles_command(const Setting& setting, const BackendProfile& profile, const ScriptFacts& facts,
                             KeptProgram& program) {
  if (!setting.home.empty()) program.directory = setting.home;
  for (const std::string& argument : profile.launch.arguments) {
    const fs::path script = is_relative_path(argument) ? find_script(setting, argument) : fs::path();
    if (!script.empty())
      if (auto status = may_run(setting, script); !status) return status;
    program.arguments.push_back(script.empty() ? filled(argument, facts, "127.0.0.1") : script.string());
  }
  for (const auto& [name, value] : profile.launch.environment)
    program.environment[name] = filled(value, facts, "127.0.0.1");
  return {};
}

// The model as the server is told it: files of this machine have to be there.
Result<std::string> model_of(const Setting& setting, const ChosenBackend& backend) {
  const std::string& said = backend.said.model_path.empty() ? backend.said.model : backend.said.model_path;
  if (said.starts_with('-'))
    return cannot_start("the model " + printable_quoted(said) + " of backends." + backend.name +
                        " would be taken for an option: give a path or a name");
  if (!is_path(said)) return said;
  std::error_code ignored;
  const fs::path path = fs::absolute(expand_home(said, setting.home), ignored);
  if (fs::exists(path, ignored)) return path.string();
  return cannot_start(
      "the model " + said + " of backends." + backend.name +
      " is not there: correct \"modelPath\", or set \"model\": \"current-model\" to use a server that "
      "runs already");
}

std::string log_name(const BackendProfile& profile) {
  return profile.launch.log_file.empty() ? profile.name + "-server.log" : profile.launch.log_file;
}

}  // namespace

bool wants_server(const Setting& setting, const ChosenBackend& backend) {
  if (setting.config.server_launch == ServerLaunch::never || backend.is_anthropic()) return false;
  if (backend.said.auto_start == AutoStart::off || !is_on_this_machine(backend.settings.base_url))
    return false;
  const LaunchCommand& launch = backend.settings.profile.launch;
  const bool starts_bare =
      backend.said.auto_start == AutoStart::on && !launch.arguments.empty() && !needs_model(launch);
  return !backend.said.model_path.empty() || !backend.said.server_script.empty() || starts_bare;
}

Result<KeptProgram> plan_server(const Setting& setting, const ChosenBackend& backend) {
  const BackendProfile& profile = backend.settings.profile;
  const auto model = model_of(setting, backend);
  if (!model) return tl::unexpected(model.error());
  KeptProgram program;
  program.name = kServerName;
  program.log = setting.log_file(log_name(profile));
  std::error_code ignored;
  program.directory = fs::current_path(ignored);
  const ScriptFacts facts{*model, std::to_string(backend.settings.base_url.port),
                          (setting.home / ".anyclaude" / "cache").string(), program.log.string()};
  program.environment = {{"ANYCLAUDE_MODEL", facts.model},
                         {"ANYCLAUDE_PORT", facts.port},
                         {"ANYCLAUDE_CACHE_DIR", facts.cache_directory},
                         {"ANYCLAUDE_LOG_FILE", facts.log_file}};
  if (const fs::path script = find_script(setting, backend.said.server_script); !script.empty()) {
    if (auto status = may_run(setting, script); !status) return tl::unexpected(status.error());
    fs::create_directories(facts.cache_directory, ignored);
    program.arguments = script_command(script, facts);
    return program;
  }
  const std::string missing = backend.said.server_script.empty()
                                  ? ""
                                  : "the script " + backend.said.server_script + " is not there, and ";
  if (profile.launch.arguments.empty())
    return cannot_start(missing + "no command is known for a server of the kind " + profile.name +
                        ": name a script in backends." + backend.name +
                        ".serverScript, or start it yourself");
  if (facts.model.empty() && needs_model(profile.launch))
    return cannot_start(missing + "no model is named to start " + profile.name + " with: set backends." +
                        backend.name + ".modelPath");
  if (auto status = take_profiles_command(setting, profile, facts, program); !status)
    return tl::unexpected(status.error());
  return program;
}

}  // namespace anyclaude::launcher
