#include "tools/launcher/services.h"

#include <signal.h>

#include <thread>
#include <utility>

#include "base/digest.h"
#include "base/limits.h"
#include "base/version.h"
#include "config/broker_files.h"
#include "config/config_digest.h"
#include "http/net/deadline.h"
#include "tools/launcher/child_process.h"
#include "tools/launcher/probe.h"
#include "tools/launcher/progress.h"
#include "tools/launcher/server_plan.h"
#include "tools/launcher/start_failure.h"

namespace anyclaude::launcher {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBrokerName = "broker";
constexpr std::chrono::milliseconds kStep{100};

tl::unexpected<Error> interrupted() {
  return fail(ErrorKind::cancelled, ErrorSource::client, "ended before everything was ready");
}

// One lock for those that share a broker: the same store, configuration and mode.
fs::path in_use_file(const Config& config) {
  const std::string who = sha256_hex(config_digest(config) + "\n" + config.mode + "\n" +
                                     std::string(kVersion) + "\n" + std::to_string(config.listen_port));
  return config.store_directory / ("in_use-" + who.substr(0, 16) + ".lock");
}

// Waits until no process holds the lock in the other way.
Result<FileLock> take_lock(const fs::path& file, LockKind kind, std::string_view awaited, Signals& signals) {
  Progress progress(screen_of_stderr());
  for (bool is_first = true;; is_first = false) {
    if (auto lock = FileLock::try_take(file, kind)) return std::move(*lock);
    std::error_code ignored;
    if (!fs::exists(file, ignored))
      return fail(ErrorKind::io, ErrorSource::config,
                  file.string() + " cannot be made; the directory of the store has to be yours to write");
    if (signals.take_request_to_end()) return interrupted();
    if (!is_first) progress.show(awaited, "");
    std::this_thread::sleep_for(kStep);
  }
}

std::vector<std::string> broker_command(const Setting& setting) {
  std::vector<std::string> command{sibling_program("anyclaude-broker"), "--mode", setting.config.mode};
  if (!setting.flags.config_file.empty())
    command.insert(command.end(), {"--config", setting.flags.config_file});
  if (!setting.flags.listen.empty()) command.insert(command.end(), {"--listen", setting.flags.listen});
  return command;
}

class BringUp {
 public:
  BringUp(const Setting& setting, const ChosenBackend& backend, Signals& signals)
      : setting_(setting),
        backend_(backend),
        signals_(signals),
        server_deadline_(backend.said.startup_timeout),
        broker_deadline_(limits::kBrokerStartTimeMax) {}

  Status decide_server() {
    if (backend_.is_anthropic()) {
      server_ready_ = true;
      return {};
    }
    const ServerState state = server_state();
    server_ready_ = state == ServerState::ready;
    if (server_ready_) return {};
    if (!wants_server(setting_, backend_)) {
      // The person starts it; requests say so until then.
      if (state == ServerState::absent) say(nobody_there(setting_, backend_));
      server_ready_ = true;
      return {};
    }
    if (state == ServerState::foreign) return tl::unexpected(port_taken(backend_));
    if (state == ServerState::starting) return {};
    auto program = plan_server(setting_, backend_);
    if (!program) return tl::unexpected(program.error());
    log_begins_ = log_size(program->log);
    server_log_ = program->log;
    order_.programs.push_back(std::move(*program));
    return {};
  }

  void decide_broker() {
    if (auto url = find_broker(setting_)) {
      broker_url_ = std::move(*url);
      return;
    }
    broker_log_ = setting_.log_file("broker.log");
    broker_log_begins_ = log_size(broker_log_);
    std::error_code ignored;
    order_.programs.push_back(
        {kBrokerName, broker_command(setting_), {}, fs::current_path(ignored), broker_log_});
  }

  Status start(const fs::path& lock) {
    if (order_.programs.empty()) return {};
    order_.lock = lock;
    auto supervisor = Supervisor::start(own_program(), order_, setting_.environment);
    if (!supervisor) return tl::unexpected(supervisor.error());
    supervisor_ = std::move(*supervisor);
    return {};
  }

  Status wait() {
    Progress progress(screen_of_stderr());
    Deadline next_question(std::chrono::milliseconds(0));
    while (!server_ready_ || broker_url_.empty()) {
      if (signals_.take_request_to_end()) return interrupted();
      if (auto status = read_events(); !status) return status;
      if (next_question.passed()) {
        if (!server_ready_) server_ready_ = server_state() == ServerState::ready;
        next_question = Deadline(limits::kServerReadyInterval);
      }
      if (broker_url_.empty()) broker_url_ = find_broker(setting_).value_or("");
      if (!server_ready_ && server_deadline_.passed())
        return tl::unexpected(too_slow(backend_, server_log_, log_begins_));
      if (broker_url_.empty() && broker_deadline_.passed())
        return tl::unexpected(broker_failure("did not answer in time", broker_log_, broker_log_begins_));
      show(progress);
    }
    return {};
  }

  Services services(FileLock in_use) {
    return {std::move(broker_url_), std::move(in_use), std::move(supervisor_)};
  }

 private:
  ServerState server_state() const { return launcher::server_state(backend_); }

  void show(Progress& progress) const {
    if (server_ready_) return;
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(server_deadline_.left());
    const auto lines = last_lines(server_log_, log_begins_, 1);
    progress.show(
        "waiting for " + backend_.settings.profile.name + " at " + backend_.settings.base_url.text(),
        "(" + std::to_string(left.count()) + " s left)" + (lines.empty() ? "" : ": " + lines.front()));
  }

  // Sleeps while there is nothing to hear.
  Status read_events() {
    if (!supervisor_) {
      std::this_thread::sleep_for(kStep);
      return {};
    }
    const auto event = supervisor_->next(kStep);
    if (!event || event->kind == SupervisorEvent::Kind::started) return {};
    const bool is_server = event->program == kServerName;
    if (event->kind == SupervisorEvent::Kind::supervisor_gone)
      return fail(ErrorKind::internal, ErrorSource::broker,
                  "what keeps the broker running ended; run the command again");
    if (event->kind == SupervisorEvent::Kind::not_started)
      return tl::unexpected(is_server ? no_program(backend_, event->message) : no_broker(event->message));
    if (!is_server)
      return tl::unexpected(broker_failure("ended with exit code " + std::to_string(event->number),
                                           broker_log_, broker_log_begins_));
    return tl::unexpected(ended_early(backend_, event->number, server_log_, log_begins_));
  }

  const Setting& setting_;
  const ChosenBackend& backend_;
  Signals& signals_;
  const Deadline server_deadline_;
  const Deadline broker_deadline_;
  SupervisorOrder order_;
  std::optional<Supervisor> supervisor_;
  bool server_ready_ = false;
  std::string broker_url_;
  fs::path server_log_;
  std::uintmax_t log_begins_ = 0;
  fs::path broker_log_;
  std::uintmax_t broker_log_begins_ = 0;
};

}  // namespace

std::optional<std::string> find_broker(const Setting& setting) {
  const Config& config = setting.config;
  const auto running = read_running_broker(config.store_directory);
  if (!running || running->config_digest != config_digest(config) || running->mode != config.mode ||
      running->version != kVersion)
    return std::nullopt;
  if (::kill(static_cast<pid_t>(running->pid), 0) != 0) return std::nullopt;
  const auto url = parse_url(running->url);
  if (!url || (config.listen_port != 0 && config.listen_port != url->port)) return std::nullopt;
  return ask(*url, "/health/live", {}).is_ok() ? std::optional(running->url) : std::nullopt;
}

Result<Services> bring_up(const Setting& setting, const ChosenBackend& backend, Signals& signals) {
  const fs::path& store = setting.config.store_directory;
  std::error_code ignored;
  if (fs::create_directories(store, ignored))
    fs::permissions(store, fs::perms::owner_all, fs::perm_options::replace, ignored);
  const fs::path in_use_name = in_use_file(setting.config);
  auto in_use = take_lock(in_use_name, LockKind::shared, "waiting for the last broker to end", signals);
  if (!in_use) return tl::unexpected(in_use.error());
  // One launcher looks and starts at a time, so that two that begin together share what the first one starts.
  const auto starting = take_lock(store / "starting.lock", LockKind::exclusive,
                                  "waiting for another anyclaude that is starting", signals);
  if (!starting) return tl::unexpected(starting.error());
  BringUp work(setting, backend, signals);
  if (auto status = work.decide_server(); !status) return tl::unexpected(status.error());
  work.decide_broker();
  if (auto status = work.start(in_use_name); !status) return tl::unexpected(status.error());
  if (auto status = work.wait(); !status) return tl::unexpected(status.error());
  return work.services(std::move(*in_use));
}

}  // namespace anyclaude::launcher
