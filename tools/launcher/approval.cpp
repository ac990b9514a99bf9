#include "tools/launcher/approval.h"

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include "http/net/deadline.h"
#include "servers/approval_needs.h"
#include "servers/load_config.h"
#include "tools/launcher/file_lock.h"
#include "tools/launcher/progress.h"
#include "tools/launcher/server_plan.h"
#include "tools/launcher/start_failure.h"

namespace anyclaude::launcher {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLockTimeMax{5'000};
constexpr std::chrono::milliseconds kStep{50};
constexpr std::size_t kAnswerBytesMax = 100;

// A script is run only when no server answers; asking the server is allowed once its address is.
std::optional<Error> script_approval(const Setting& setting) {
  const auto backend = choose_backend(setting);
  if (!backend || !wants_server(setting, *backend)) return std::nullopt;
  const auto program = plan_server(setting, *backend);
  if (program || program.error().kind != ErrorKind::permission) return std::nullopt;
  if (server_state(*backend) != ServerState::absent) return std::nullopt;
  return program.error();
}

Setting setting_of(const Arguments& arguments, const EnvironmentVariables& environment,
                   const LoadedConfig& loaded) {
  Setting setting;
  setting.flags = arguments.flags;
  setting.environment = environment;
  setting.home = variable(environment, "HOME");
  setting.config = loaded.config;
  setting.profiles = loaded.profiles;
  if (arguments.server_launch == ServerLaunch::never) setting.config.server_launch = ServerLaunch::never;
  return setting;
}

bool has_terminal() {
  return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0;
}

enum class Reply { yes, no, interrupted };

// One line of the terminal. Signals are held back, so they are looked for in between.
Reply read_reply(Signals& signals) {
  std::string line;
  while (line.size() < kAnswerBytesMax) {
    if (signals.take_request_to_end()) return Reply::interrupted;
    pollfd waiting{STDIN_FILENO, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(kStep.count())) <= 0) continue;
    char letter = 0;
    if (::read(STDIN_FILENO, &letter, 1) <= 0 || letter == '\n') break;
    line.push_back(letter);
  }
  for (const char* yes : {"y", "Y", "yes", "Yes", "YES"})
    if (line == yes) return Reply::yes;
  return Reply::no;
}

Reply ask(const LoadedConfig& loaded, const Error& why, Signals& signals) {
  const auto lines = what_approval_covers(loaded.config, loaded.profiles);
  say("this directory has a configuration that you have not approved. " + loaded.config.file.string());
  for (const std::string& line : lines) std::fprintf(stderr, "    %s\n", line.c_str());
  if (lines.empty()) std::fprintf(stderr, "    %s\n", why.message.c_str());
  std::fputs("Approve it, as it is now? [y/N] ", stderr);
  std::fflush(stderr);
  return read_reply(signals);
}

Result<FileLock> lock_record(const fs::path& home) {
  std::error_code error;
  const fs::path directory = trust_record_file(home).parent_path();
  if (fs::create_directories(directory, error))
    fs::permissions(directory, fs::perms::owner_all, fs::perm_options::replace, error);
  for (const Deadline deadline(kLockTimeMax); !deadline.passed(); std::this_thread::sleep_for(kStep))
    if (auto lock = FileLock::try_take(directory / "trusted.lock", LockKind::exclusive))
      return std::move(*lock);
  return fail(ErrorKind::io, ErrorSource::config,
              "nothing can be written to " + directory.string() +
                  ", so no approval can be kept; ANYCLAUDE_TRUST=1 approves for one run");
}

}  // namespace

Status settle_approval(const Arguments& arguments, const EnvironmentVariables& environment,
                       Signals& signals) {
  const ConfigSource source = find_config_source(arguments.flags, environment);
  if (source.origin != Origin::project_file) return {};
  const auto loaded = load_config(source, GuardedSettings::report, arguments.flags, environment);
  if (!loaded || loaded->config.approval != Approval::missing) return {};
  auto why = missing_approval(loaded->config, loaded->profiles);
  if (!why) why = script_approval(setting_of(arguments, environment, *loaded));
  if (!why) return {};
  if (!has_terminal() || !loaded->config.approval_problem.empty()) return tl::unexpected(*why);
  switch (ask(*loaded, *why, signals)) {
    case Reply::interrupted:
      return fail(ErrorKind::cancelled, ErrorSource::client, "ended before the question was answered");
    case Reply::no:
      return tl::unexpected(*why);
    case Reply::yes:
      break;
  }
  return remember_approval(variable(environment, "HOME"),
                           {trusted_path(source.file), loaded->config.file_sha256});
}

Status remember_approval(const fs::path& home, const TrustedFile& file) {
  const auto lock = lock_record(home);
  return lock ? approve_file(home, file) : Status(tl::unexpected(lock.error()));
}

Result<bool> forget_approval(const fs::path& home, const std::string& path) {
  const auto lock = lock_record(home);
  return lock ? revoke_file(home, path) : Result<bool>(tl::unexpected(lock.error()));
}

}  // namespace anyclaude::launcher
