#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/loopback.h"
#include "servers/credential_policy.h"
#include "tools/launcher/child_process.h"
#include "tools/launcher/client_environment.h"
#include "tools/launcher/client_run.h"
#include "tools/launcher/gateway.h"
#include "tools/launcher/known_servers.h"
#include "tools/launcher/probe.h"
#include "tools/launcher/progress.h"
#include "tools/launcher/savings.h"
#include "tools/launcher/services.h"
#include "tools/launcher/verbs.h"

namespace anyclaude::launcher {
namespace {

constexpr const char* kClientMissing =
    "there is no claude in PATH. Install it with `npm install -g @anthropic-ai/claude-code`, or with the "
    "installer from https://claude.com/claude-code, and run this again.";

int exit_code(ExitCode code) {
  return static_cast<int>(code);
}

// A claude that leads back here would start launcher after launcher.
int no_client(const FoundClient& found) {
  if (found.skipped.empty())
    say(kClientMissing);
  else
    say("the claude in PATH, " + found.skipped.string() +
        ", is anyclaude itself, and there is no other. Put the directory of Claude Code's own claude into "
        "PATH.");
  return exit_code(ExitCode::no_client);
}

int in_a_loop(const FoundClient& found) {
  std::string sentence = "anyclaude was started by anyclaude ";
  sentence += std::to_string(limits::kLauncherDepthMax);
  sentence += " times, one inside the other: the claude in PATH, " + found.program.string();
  sentence += ", leads back to anyclaude. Put the directory of Claude Code's own claude first in PATH.";
  say(sentence);
  return exit_code(ExitCode::no_client);
}

bool is_print_mode(const std::vector<std::string>& client) {
  return std::ranges::any_of(client,
                             [](const std::string& word) { return word == "-p" || word == "--print"; });
}

// A script that reads what claude prints gets nothing of ours beside it.
bool may_chat(const Arguments& arguments) {
  return screen_of_stderr() == Screen::terminal || !is_print_mode(arguments.client);
}

// Until a signal ends it, or the broker ends by itself.
int serve(Services& services, Signals& signals) {
  std::printf("listening on %s\n", services.broker_url.c_str());
  std::fflush(stdout);
  for (;;) {
    if (signals.take_request_to_end()) return exit_code(ExitCode::done);
    if (!services.supervisor) {
      signals.wait();
      continue;
    }
    const auto event = services.supervisor->next(limits::kSupervisorInterval);
    if (!event || event->kind == SupervisorEvent::Kind::started) continue;
    say(event->program.empty() ? "the broker ended" : "the " + event->program + " ended; its log tells why");
    return exit_code(ExitCode::failure);
  }
}

class Run {
 public:
  Run(const Setting& setting, const ChosenBackend& backend, const Arguments& arguments)
      : setting_(setting), backend_(backend), arguments_(arguments) {}

  int with_client(const std::filesystem::path& claude, const Services& services, Signals& signals) {
    if (screen_of_stderr() == Screen::terminal)
      say(backend_.name + " at " + backend_.settings.base_url.text() + ", through " + services.broker_url);
    const Figures before = ask_figures(services.broker_url).value_or(Figures{});
    const SteadyTime began = clock_.steady_now();
    const ServedModel model = served_model_of(backend_);
    if (may_chat(arguments_))
      for (const std::string& warning : warnings_about(model, backend_)) say(warning);
    const EnvironmentVariables environment =
        client_environment(setting_, backend_, services.broker_url, model.context_tokens);
    const auto code = run_client(claude, arguments_.client, environment, signals);
    if (!code) return report(code.error());
    if (const auto after = ask_figures(services.broker_url)) tell(after->since(before), began);
    return *code;
  }

 private:
  void tell(const Figures& figures, SteadyTime began) {
    const auto runtime = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady_now() - began);
    std::error_code ignored;
    const Status written =
        update_metrics_file(setting_.config.cache_metrics_file, std::filesystem::current_path(ignored),
                            figures, runtime, clock_.system_now());
    if (!may_chat(arguments_)) return;
    if (!written) say(written.error().message);
    if (const std::string text = savings_text(figures); !text.empty()) say(text);
  }

  const Setting& setting_;
  const ChosenBackend& backend_;
  const Arguments& arguments_;
  const RealClock clock_;
};

// Without a key of the user's a project's server needs no approval; what it reads is printed all the same.
void tell_foreign_address(const Setting& setting, const ChosenBackend& backend) {
  const BackendSettings& settings = backend.settings;
  if (is_loopback_host(settings.base_url.host) ||
      is_users_address(setting.config, {backend.said, settings.profile, settings.base_url}))
    return;
  say("what you ask goes to " + settings.base_url.text() + ", an address that only " +
      setting.config.file.string() + " names.");
}

// Nothing is configured: say what could be.
int first_run(const Setting& setting, const Error& error) {
  const auto found = look_for_servers(setting.profiles);
  if (found.empty()) {
    say("nothing is configured, and no model server answers on the ports this program knows. Start one (for "
        "instance: llama-server -m MODEL.gguf --jinja -c 65536 --port 8080) and run `anyclaude init`, or run "
        "`anyclaude --mode claude` to use Anthropic.");
  } else {
    std::string names;
    for (const FoundServer& server : found)
      names += (names.empty() ? "" : ", ") + server.profile + " at " + server.url.text();
    say("nothing is configured. Running here: " + names + ". Use it with `anyclaude --mode " +
        found.front().profile + "`, or keep that with `anyclaude init`.");
  }
  (void)error;
  return exit_code(ExitCode::configuration);
}

}  // namespace

int run_claude(const Setting& setting, const Arguments& arguments, Signals& signals) {
  const auto backend = choose_backend(setting);
  if (!backend)
    return setting.config.mode.empty() ? first_run(setting, backend.error()) : report(backend.error());
  const bool wants_client = setting.config.client_start == ClientStart::yes;
  const FoundClient claude = find_client(setting.environment);
  if (wants_client && claude.program.empty()) return no_client(claude);
  if (wants_client && launcher_depth(setting.environment) >= limits::kLauncherDepthMax)
    return in_a_loop(claude);
  tell_foreign_address(setting, *backend);
  // Where the client's own credentials go must not be a surprise, to a script neither.
  if (const std::string note = gateway_note(setting, *backend); !note.empty() && backend->is_anthropic())
    say(note);
  auto services = bring_up(setting, *backend, signals);
  if (!services) return report(services.error());
  if (!wants_client) return serve(*services, signals);
  return Run(setting, *backend, arguments).with_client(claude.program, *services, signals);
}

int report(const Error& error) {
  if (error.kind == ErrorKind::cancelled) return 130;
  say(error.message);
  return exit_code(error.source == ErrorSource::config ? ExitCode::configuration : ExitCode::failure);
}

}  // namespace anyclaude::launcher
