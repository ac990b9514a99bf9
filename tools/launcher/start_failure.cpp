#include "tools/launcher/start_failure.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

namespace anyclaude::launcher {
namespace {

constexpr std::size_t kLinesShown = 12;

Error failure(ErrorSource source, std::string message) {
  return {ErrorKind::unavailable, source, Retry::never, std::move(message)};
}

std::string quoted_log(const std::filesystem::path& log, const std::vector<std::string>& lines) {
  if (lines.empty()) return " It left nothing in its log " + log.string() + ".";
  std::string text = " The last lines of its log " + log.string() + ":\n";
  for (const std::string& line : lines) text += "    " + line + "\n";
  return text;
}

// One sentence for what servers most often complain of.
std::string advice(const std::vector<std::string>& lines, const std::string& otherwise) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kKnown{{
      {"address already in use",
       "Something else uses the port: end it, or give the backend another baseUrl."},
      {"couldn't bind", "Something else uses the port: end it, or give the backend another baseUrl."},
      {"out of memory", "The model does not fit: take a smaller one, or a smaller context."},
      {"failed to allocate", "The model does not fit: take a smaller one, or a smaller context."},
      {"insufficient memory", "The model does not fit: take a smaller one, or a smaller context."},
      {"no module named", "A Python package is missing: install it for the python3 that is in PATH."},
      {"command not found", "A program that the script calls is missing: install it, or correct the script."},
      {"no such file", "A file it needs is not there: correct modelPath or the script."},
      {"permission denied", "It may not read or write something: mend the permissions it names."},
      {"unrecognized arguments", "The server does not know an argument: correct the script."},
  }};
  for (const std::string& line : lines) {
    std::string lower = line;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const auto& [sign, sentence] : kKnown)
      if (lower.find(sign) != std::string::npos) return std::string(sentence);
  }
  return otherwise;
}

std::string server_advice(const ChosenBackend& backend, const std::vector<std::string>& lines) {
  return advice(lines, "Mend what it complains of, or start the server yourself and set backends." +
                           backend.name + ".autoStartServer to false.");
}

std::string server_at(const ChosenBackend& backend) {
  return backend.settings.profile.name + " at " + backend.settings.base_url.text();
}

}  // namespace

ServerState server_state(const ChosenBackend& backend) {
  const BackendProfile& profile = backend.settings.profile;
  const Answer models = ask_backend(backend, models_target(backend.settings));
  const ServerState state = state_of(models);
  if (state != ServerState::ready || profile.launch.readiness_path.empty()) return state;
  // Some list their model before they have read it.
  const Answer readiness = ask_backend(backend, backend.target(profile.launch.readiness_path));
  return state_of(readiness) == ServerState::starting ? ServerState::starting : ServerState::ready;
}

std::string nobody_there(const Setting& setting, const ChosenBackend& backend) {
  std::string text = "nothing answers yet for " + server_at(backend) + ".";
  if (!is_on_this_machine(backend.settings.base_url)) return text + " Check its address and your network.";
  if (setting.config.server_launch == ServerLaunch::never)
    return text + " Start it; requests say so until then.";
  return text + " Start it, or set backends." + backend.name + ".modelPath so that anyclaude does.";
}

Error port_taken(const ChosenBackend& backend) {
  return failure(ErrorSource::config,
                 "port " + std::to_string(backend.settings.base_url.port) +
                     " is taken by something that is no model server: end it, or give backends." +
                     backend.name + " another baseUrl.");
}

Error no_program(const ChosenBackend& backend, const std::string& why) {
  return failure(ErrorSource::config, backend.settings.profile.name + " could not be started: " + why +
                                          ". Install it, or start the server yourself and set backends." +
                                          backend.name + ".autoStartServer to false.");
}

Error no_broker(const std::string& why) {
  return failure(ErrorSource::broker,
                 "the broker could not be started: " + why + ". It belongs beside anyclaude, or into PATH.");
}

Error ended_early(const ChosenBackend& backend, int exit_code, const std::filesystem::path& log,
                  std::uintmax_t from) {
  const auto lines = last_lines(log, from, kLinesShown);
  return failure(ErrorSource::upstream, server_at(backend) + " ended with exit code " +
                                            std::to_string(exit_code) + " before it was ready." +
                                            quoted_log(log, lines) + server_advice(backend, lines));
}

Error too_slow(const ChosenBackend& backend, const std::filesystem::path& log, std::uintmax_t from) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(backend.said.startup_timeout).count();
  const auto lines = log.empty() ? std::vector<std::string>() : last_lines(log, from, kLinesShown);
  const std::string quoted = log.empty() ? " It was not started from here." : quoted_log(log, lines);
  return failure(ErrorSource::upstream,
                 server_at(backend) + " was not ready after " + std::to_string(seconds) + " s." + quoted +
                     advice(lines, " Give it longer with backends." + backend.name + ".startupTimeout."));
}

Error broker_failure(const std::string& what, const std::filesystem::path& log, std::uintmax_t from) {
  const auto lines = last_lines(log, from, kLinesShown);
  return failure(
      ErrorSource::broker,
      "the broker " + what + "." + quoted_log(log, lines) +
          advice(lines, "Mend what it complains of; anyclaude doctor looks at everything it needs."));
}

}  // namespace anyclaude::launcher
