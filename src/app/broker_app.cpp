#include "app/broker_app.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "app/backend_wiring.h"
#include "app/running_broker_file.h"
#include "app/start_report.h"
#include "base/random_id.h"
#include "base/utc_time.h"
#include "base/version.h"
#include "config/config_digest.h"
#include "http/net/own_address.h"
#include "http/server/http_server.h"
#include "messages/events/api_error.h"
#include "proxy/broker_service.h"
#include "storage/lmdb/lmdb_store.h"

namespace anyclaude {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return spdlog::level::trace;
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      break;
  }
  return spdlog::level::off;
}

// Lines go to stderr: stdout carries only the line that says where the broker listens.
std::shared_ptr<spdlog::logger> make_log(LogLevel level) {
  auto log =
      std::make_shared<spdlog::logger>("broker", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  log->set_level(spdlog_level(level));
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
  return log;
}

Result<PromptLayerOptions> read_prompt_options(const Config& config) {
  PromptLayerOptions options;
  options.level = config.prompt_level;
  if (config.prompt_rules_file.empty()) return options;
  std::ifstream file(config.prompt_rules_file, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || !text)
    return fail(ErrorKind::io, ErrorSource::config,
                "the file of prompt.rules cannot be read: " + config.prompt_rules_file.string());
  auto rules = VolatileRules::parse(text.str());
  if (!rules) return tl::unexpected(rules.error());
  options.rules = std::move(*rules);
  return options;
}

std::string error_body(int status, std::string_view message) {
  return ApiError{status, std::string(api_error_type(status)), std::string(message)}.json();
}

// The servers, and what is done with them.
struct Servers {
  std::unique_ptr<BackendSet> backends;
  Router router;
  std::vector<const BackendEntry*> fallbacks;
  std::vector<CostAccount> accounts;
  std::string via_mark;
};

Result<Servers> make_servers(const Config& config, const BackendProfiles& profiles, const Clock& clock) {
  std::string via_mark = random_id("");
  auto backends = make_backends(config, profiles, clock, via_mark);
  if (!backends) return tl::unexpected(backends.error());
  auto router = make_router(config, **backends);
  if (!router) return tl::unexpected(router.error());
  auto fallbacks = make_fallbacks(config, **backends);
  if (!fallbacks) return tl::unexpected(fallbacks.error());
  auto accounts = cost_accounts(config);
  if (!accounts) return tl::unexpected(accounts.error());
  return Servers{std::move(*backends), std::move(*router), std::move(*fallbacks), std::move(*accounts),
                 std::move(via_mark)};
}

constexpr int kPortTriesMax = 3;

Status leads_elsewhere(const BackendEntry& entry, const std::string& host, int port) {
  const Url& url = entry.backend->settings().base_url;
  if (!leads_to_own_address(url, host, port, Deadline(limits::kResolveTimeMax))) return {};
  return fail(ErrorKind::loop, ErrorSource::config,
              "the address of backend '" + entry.name + "', " + url.text() +
                  ", is the one this broker listens on: it would ask itself. Let \"baseUrl\" in the "
                  "configuration, or "
                  "--backend-url, name the model server, or listen elsewhere (\"port\", or --listen)");
}

class WiredBroker final : public BrokerApp {
 public:
  WiredBroker(const Config& config, std::shared_ptr<spdlog::logger> log, std::unique_ptr<Clock> clock,
              Servers servers, std::unique_ptr<LmdbStore> store, StoreSecrets secrets,
              PromptLayerOptions prompt_options)
      : log_(std::move(log)),
        clock_(std::move(clock)),
        backends_(std::move(servers.backends)),
        router_(std::move(servers.router)),
        store_(std::move(store)),
        costs_(store_->states(), *clock_, std::move(servers.accounts)),
        fallbacks_(std::move(servers.fallbacks), *clock_, costs_),
        secrets_(secrets),
        prompts_(store_->states(), secrets.primary, std::move(prompt_options)),
        traces_(store_->states(), config.explain_keep),
        guard_(config.listen_host, config.allowed_hosts),
        parts_{*clock_,
               *backends_,
               router_,
               fallbacks_,
               costs_,
               store_->responses(),
               secrets_,
               repeats_,
               calibration_,
               prompts_,
               prefixes_,
               traces_,
               projects_,
               learned_,
               ledger_,
               guard_,
               *log_,
               waiter_,
               {config.cache_mode, config.cache_ttl},
               prompts_.level(),
               {config.side_requests.handling},
               std::move(servers.via_mark)} {}

  ~WiredBroker() override { stop(limits::kShutdownGraceMax); }

  Status listen(const Config& config) {
    auto token = load_or_create_admin_token(config.store_directory);
    if (!token) return tl::unexpected(token.error());
    if (auto status = take_port(config); !status) return status;
    guard_.listens_on(server_->port());
    const bool is_ipv6 = config.listen_host.find(':') != std::string::npos;
    url_ = "http://" + (is_ipv6 ? "[" + config.listen_host + "]" : config.listen_host) + ":" +
           std::to_string(server_->port());
    const RunningBroker self = {url_,
                                ::getpid(),
                                std::string(kVersion),
                                backends_->current().name,
                                config_digest(config),
                                utc_text(unix_milliseconds(clock_->system_now()), UtcForm::seconds)};
    AdminSettings admin{std::move(*token), self, &store_->maintenance(),
                        [this](const std::string& mode) { file_->set_mode(mode); }};
    file_ = std::make_unique<RunningBrokerFile>(config.store_directory, self, *log_);
    service_ = std::make_unique<BrokerService>(parts_, std::move(admin));
    server_->start();
    const BackendSettings& settings = backends_->current().backend->settings();
    log_->info("{} at {}, store {}, cache {}", backends_->current().name, settings.base_url.text(),
               config.store_directory.string(), word_of(parts_.cache.mode));
    start_report_ =
        std::make_unique<StartReport>(backends_->current().name, backends_->current().backend, *log_);
    return {};
  }

  std::string url() const override { return url_; }

  StopEnd stop(std::chrono::milliseconds grace) override {
    // First, so that no launcher finds a broker that is stopping.
    if (file_) file_->remove();
    // No request waits for a retry while the broker stops.
    waiter_.stop();
    const StopEnd end = server_ ? server_->stop(grace) : StopEnd::all_ended;
    if (end == StopEnd::some_work) log_->warn("a request is still being worked on; it ends with the broker");
    if (const Status status = store_->responses().flush(); !status)
      log_->warn("the last answers may not have reached the disk: {}", status.error().message);
    return end;
  }

 private:
  // Binds, and refuses servers that are this broker itself. A port that the system chose may be the one where
  // a server is to start later: then another is taken.
  Status take_port(const Config& config) {
    HttpServerOptions options;
    options.host = config.listen_host;
    options.port = config.listen_port;
    Status status;
    for (int tries = 0; tries < kPortTriesMax; ++tries) {
      auto server = HttpServer::listen(
          options,
          [this](HttpRequest& request, ResponseWriter& client) { service_->handle(request, client); },
          error_body);
      if (!server) return tl::unexpected(server.error());
      server_ = std::move(*server);
      status =
          backends_->require([host = config.listen_host, port = server_->port()](const BackendEntry& entry) {
            return leads_elsewhere(entry, host, port);
          });
      if (status || config.listen_port != 0) break;
    }
    return status;
  }

  // In the order they are needed; destroyed in reverse, the server first.
  std::shared_ptr<spdlog::logger> log_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<BackendSet> backends_;
  Router router_;
  std::unique_ptr<LmdbStore> store_;
  CostLedger costs_;
  FallbackChain fallbacks_;
  StoreSecrets secrets_;
  RepeatGuard repeats_{*clock_};
  PromptOrderer prompts_;
  PrefixIndex prefixes_{store_->states(), *clock_};
  TraceRing traces_;
  EntryProjects projects_{store_->states(), secrets_.primary};
  TokenCalibration calibration_;
  Ledger ledger_{*clock_};
  BackgroundFlusher learned_{store_->states(), prompts_, prefixes_, traces_,
                             projects_,        costs_,   ledger_,   *log_};
  RequestGuard guard_;
  StoppableWaiter waiter_;
  BrokerParts parts_;
  std::unique_ptr<RunningBrokerFile> file_;
  std::unique_ptr<BrokerService> service_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<StartReport> start_report_;
  std::string url_;
};

}  // namespace

Result<std::unique_ptr<BrokerApp>> BrokerApp::start(const Config& config, const BackendProfiles& profiles) {
  auto clock = std::make_unique<RealClock>();
  auto prompt_options = read_prompt_options(config);
  if (!prompt_options) return tl::unexpected(prompt_options.error());
  auto servers = make_servers(config, profiles, *clock);
  if (!servers) return tl::unexpected(servers.error());
  auto log = make_log(config.log_level);
  auto store = LmdbStore::open({.directory = config.store_directory,
                                .bytes_max = config.cache_bytes_max,
                                .damaged_file = DamagedFile::is_set_aside,
                                .notice = [log](const std::string& text) { log->warn("{}", text); }},
                               *clock);
  if (!store) return tl::unexpected(store.error());
  auto secrets = load_or_create_secrets((*store)->states());
  if (!secrets) return tl::unexpected(secrets.error());

  auto broker = std::make_unique<WiredBroker>(config, std::move(log), std::move(clock), std::move(*servers),
                                              std::move(*store), *secrets, std::move(*prompt_options));
  if (auto status = broker->listen(config); !status) return tl::unexpected(status.error());
  return broker;
}

}  // namespace anyclaude
