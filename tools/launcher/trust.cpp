// `anyclaude trust`: which project files may do what they say.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "servers/approval_needs.h"
#include "servers/load_config.h"
#include "tools/launcher/approval.h"
#include "tools/launcher/progress.h"
#include "tools/launcher/verbs.h"

namespace anyclaude::launcher {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = ".anyclauderc.json";

// A directory stands for its configuration file.
fs::path target_file(const Arguments& arguments) {
  std::error_code ignored;
  const std::string& named =
      arguments.trust_file.empty() ? arguments.flags.config_file : arguments.trust_file;
  const fs::path path = named.empty() ? fs::current_path(ignored) : fs::path(named);
  return fs::is_directory(path, ignored) ? path / kFileName : path;
}

int approve(const Arguments& arguments, const EnvironmentVariables& environment) {
  const fs::path file = target_file(arguments);
  const fs::path home = variable(environment, "HOME");
  std::error_code ignored;
  if (!home.empty() && fs::equivalent(file, home / kFileName, ignored)) {
    std::printf("%s is your own and needs no approval\n", file.c_str());
    return static_cast<int>(ExitCode::done);
  }
  const auto loaded = load_config({file, Origin::project_file}, GuardedSettings::report, {}, environment);
  if (!loaded) return report(loaded.error());
  std::printf("%s\n", file.c_str());
  const auto lines = what_approval_covers(loaded->config, loaded->profiles);
  for (const std::string& line : lines) std::printf("    %s\n", line.c_str());
  if (lines.empty()) std::printf("    does nothing that needs approval\n");
  std::fflush(stdout);
  if (const Status kept = remember_approval(home, {trusted_path(file), loaded->config.file_sha256}); !kept)
    return report(kept.error());
  std::printf("approved, as it is now; when it changes you are asked again\n");
  return static_cast<int>(ExitCode::done);
}

const char* state_of(const TrustedFile& file) {
  std::error_code ignored;
  if (!fs::exists(file.path, ignored)) return "gone";
  const auto text = read_config_file(file.path);
  return text && sha256_hex(*text) == file.sha256 ? "approved" : "changed";
}

int list(const Arguments& arguments, const EnvironmentVariables& environment) {
  const auto record = read_trust_record(variable(environment, "HOME"));
  if (!record) return report(record.error());
  if (arguments.format == OutputFormat::json) {
    nlohmann::json files = nlohmann::json::array();
    for (const TrustedFile& file : *record)
      files.push_back({{"path", file.path}, {"sha256", file.sha256}, {"state", state_of(file)}});
    std::printf("%s\n", nlohmann::json{{"files", files}}
                            .dump(2, ' ', true, nlohmann::json::error_handler_t::replace)
                            .c_str());
    return static_cast<int>(ExitCode::done);
  }
  for (const TrustedFile& file : *record) std::printf("%-8s %s\n", state_of(file), file.path.c_str());
  if (record->empty()) say("no project file is approved.");
  return static_cast<int>(ExitCode::done);
}

int revoke(const Arguments& arguments, const EnvironmentVariables& environment) {
  const std::string path = trusted_path(target_file(arguments));
  const auto was_there = forget_approval(variable(environment, "HOME"), path);
  if (!was_there) return report(was_there.error());
  if (!*was_there) {
    say(path + " was not approved; anyclaude trust list shows what is.");
    return static_cast<int>(ExitCode::failure);
  }
  std::printf("%s is not approved any more; a broker that runs goes on until it ends\n", path.c_str());
  return static_cast<int>(ExitCode::done);
}

}  // namespace

int trust(const Arguments& arguments, const EnvironmentVariables& environment) {
  switch (arguments.trust) {
    case TrustAction::list:
      return list(arguments, environment);
    case TrustAction::revoke:
      return revoke(arguments, environment);
    case TrustAction::approve:
      break;
  }
  return approve(arguments, environment);
}

}  // namespace anyclaude::launcher
