#include "tools/launcher/checks.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "backend/profile/backend_profiles.h"
#include "http/net/deadline.h"
#include "http/net/socket.h"
#include "tools/launcher/child_process.h"

namespace anyclaude::launcher {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kFreeBytesMin = 10ull << 30;
constexpr std::chrono::milliseconds kVersionTimeMax{20'000};

// What a program prints on stdout, its first line; empty when it fails or takes too long.
std::string first_line_of(const std::vector<std::string>& command, const EnvironmentVariables& environment) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const FileDescriptor read_end(ends[0]);
  FileDescriptor write_end(ends[1]);
  set_close_on_exec(ends[0]);
  set_close_on_exec(ends[1]);
  const auto pid = spawn(
      {.arguments = command, .environment = environment, .out = write_end.get(), .group = ProcessGroup::own});
  if (!pid) return {};
  write_end.close();
  std::string said;
  const Deadline deadline(kVersionTimeMax);
  for (char buffer[512]; said.find('\n') == std::string::npos;) {
    if ((wait_for(read_end.get(), POLLIN, deadline) & (POLLIN | POLLHUP)) == 0) break;
    const ssize_t count = ::read(read_end.get(), buffer, sizeof buffer);
    if (count <= 0) break;
    said.append(buffer, static_cast<std::size_t>(count));
  }
  ::kill(-*pid, SIGKILL);
  ::waitpid(*pid, nullptr, 0);
  return said.substr(0, said.find('\n'));
}

std::string gibibytes(std::uintmax_t bytes) {
  return std::to_string(bytes >> 30) + " GiB";
}

// The directory, or the nearest one above it that is there.
fs::path existing_part(fs::path path) {
  std::error_code ignored;
  while (!path.empty() && !fs::exists(path, ignored) && path != path.parent_path()) path = path.parent_path();
  return path;
}

std::string context_advice(const std::string& profile) {
  const BackendProfiles profiles = BackendProfiles::built_in();
  const auto& all = profiles.all();
  const auto known = std::ranges::find(all, profile, &BackendProfile::name);
  if (known == all.end() || known->server.context_advice.empty())
    return "start the server with a larger context";
  return known->server.context_advice;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return "ok";
    case Verdict::doubtful:
      return "warning";
    case Verdict::bad:
      break;
  }
  return "problem";
}

Check check_context(std::optional<std::uint64_t> context_tokens, const std::string& profile,
                    ModelState state) {
  const std::string wanted = "Claude Code needs " + std::to_string(kContextTokensMin) +
                             " tokens to begin and " + std::to_string(kContextTokensWanted) + " to work in";
  if (!context_tokens && state == ModelState::not_loaded)
    return {"context", Verdict::doubtful, "the model is not loaded, and its context not known yet",
            wanted + ": " + context_advice(profile) + ", and look again when it has answered once."};
  if (!context_tokens)
    return {"context", Verdict::doubtful, "the server does not say how large its context is",
            wanted + "; see to it where the server is started."};
  const std::string found = std::to_string(*context_tokens) + " tokens";
  if (*context_tokens >= kContextTokensWanted) return {"context", Verdict::good, found, {}};
  return {"context", *context_tokens < kContextTokensMin ? Verdict::bad : Verdict::doubtful, found,
          wanted + ": " + context_advice(profile) + "."};
}

std::optional<Check> check_tools(Ability tools, const std::string& model) {
  if (tools == Ability::unsaid) return std::nullopt;
  if (tools == Ability::present) return Check{"tools", Verdict::good, model + " takes tools", {}};
  return Check{"tools", Verdict::bad, model + " takes no tools",
               "Claude Code cannot work without them: name another model in \"model\" of .anyclauderc.json."};
}

Check check_template(const std::string& chat_template) {
  if (chat_template.find("tools") != std::string::npos)
    return {"chat template", Verdict::good, "it knows tools", {}};
  return {"chat template", Verdict::bad,
          chat_template.empty() ? "the server shows none" : "it does not mention tools",
          "Start llama-server with --jinja, and with a model whose template knows tools (or "
          "--chat-template-file)."};
}

Check check_cache_directory(const fs::path& directory) {
  const fs::path place = existing_part(directory);
  if (::access(place.c_str(), W_OK) != 0)
    return {"MLX-Textgen's cache", Verdict::bad, directory.string() + " cannot be written",
            "Make it yours, or name another one with `mlx_textgen cachedir`."};
  std::error_code error;
  const fs::space_info space = fs::space(place, error);
  if (!error && space.available < kFreeBytesMin)
    return {"MLX-Textgen's cache", Verdict::doubtful,
            directory.string() + " has " + gibibytes(space.available) + " left",
            "A long conversation takes several GiB there: make room, or run `mlx_textgen clearcache`."};
  return {"MLX-Textgen's cache", Verdict::good, directory.string() + " can be written", {}};
}

Check check_store(const fs::path& directory) {
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0) {
    if (::access(existing_part(directory).c_str(), W_OK) == 0)
      return {"store", Verdict::good, directory.string() + " will be made when it is first needed", {}};
    return {"store", Verdict::bad, directory.string() + " cannot be made",
            "Name another place with \"store\" in .anyclauderc.json."};
  }
  if (!S_ISDIR(info.st_mode) || ::access(directory.c_str(), W_OK | X_OK) != 0)
    return {"store", Verdict::bad, directory.string() + " cannot be written",
            "Make it yours, or name another place with \"store\" in .anyclauderc.json."};
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return {"store", Verdict::bad, directory.string() + " is open to others, and it holds your answers",
            "Run: chmod 700 " + directory.string()};
  return {"store", Verdict::good, directory.string() + " is yours alone", {}};
}

Check check_client(const EnvironmentVariables& environment) {
  const auto [claude, skipped] = find_client(environment);
  if (claude.empty() && !skipped.empty())
    return {"claude", Verdict::bad,
            skipped.string() + " is anyclaude itself, and there is no other claude in PATH",
            "Put the directory of Claude Code's own claude into PATH."};
  if (claude.empty())
    return {"claude", Verdict::bad, "there is no claude in PATH",
            "Install it with `npm install -g @anthropic-ai/claude-code`, or with the installer from "
            "https://claude.com/claude-code."};
  for (const char* name : {"CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"})
    if (!variable(environment, name).empty())
      return {"claude", Verdict::bad, std::string(name) + " is set, and claude will not ask the broker",
              std::string("Unset ") + name + "."};
  const std::string version = first_line_of({claude.string(), "--version"}, environment);
  if (version.starts_with("anyclaude "))
    return {"claude", Verdict::bad, claude.string() + " starts anyclaude again",
            "Put the directory of Claude Code's own claude first in PATH, or name claude by its path in that "
            "script."};
  if (version.empty())
    return {"claude", Verdict::doubtful, claude.string() + " does not tell its version",
            "Run `claude --version` and mend what it complains of."};
  return {"claude", Verdict::good, version + " (" + claude.string() + ")", {}};
}

Check check_broker_program(const EnvironmentVariables& environment) {
  const fs::path broker = find_program(sibling_program("anyclaude-broker"), environment);
  if (!broker.empty()) return {"broker", Verdict::good, broker.string(), {}};
  return {"broker", Verdict::bad, "there is no anyclaude-broker beside anyclaude or in PATH",
          "Put it beside anyclaude."};
}

}  // namespace anyclaude::launcher
