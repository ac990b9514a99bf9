// A whole proxy over a memory store, a scripted upstream and a clock that stands still.
#pragma once

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "fakes/built_in_profile.h"
#include "fakes/fake_backend.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_waiter.h"
#include "fakes/native_profile.h"
#include "fakes/recording_writer.h"
#include "proxy/broker_service.h"
#include "storage/memory/memory_store.h"

namespace anyclaude::fakes {

// How prompts are put: at which level, and in which dialect (of a server that speaks both).
struct Prompting {
  OrderingLevel level = OrderingLevel::standard;
  enum class Dialect { chat, native } dialect = Dialect::chat;
};

inline BackendSettings settings_for(std::string_view mode,
                                    Prompting::Dialect dialect = Prompting::Dialect::chat) {
  const BackendProfile& profile =
      dialect == Prompting::Dialect::native ? native_profile(std::string(mode)) : built_in_profile(mode);
  return {profile, *parse_url("http://127.0.0.1:9"), "", ""};
}

// Names of further servers and their kinds, and what is done with them.
using OtherServers = std::vector<std::pair<std::string, std::string>>;
struct FurtherServers {
  OtherServers others = {};
  std::vector<RoutingRule> routing = {};
  std::vector<std::string> fallback = {};
  std::vector<CostAccount> accounts = {};
};

class BrokerFixture {
 public:
  explicit BrokerFixture(std::string_view mode, CacheSettings cache = {}, const FurtherServers& further = {},
                         Prompting prompting = {})
      : backend(settings_for(mode, prompting.dialect), identity_for(mode)),
        others(make_others(further.others)),
        backends(names_of(mode, further.others),
                 [this](const std::string& name) {
                   return borrowed(others.contains(name) ? *others.at(name) : backend);
                 }),
        store(MemoryStore::create(clock)),
        router(*Router::make(further.routing, backends)),
        costs(store->states(), clock, further.accounts),
        fallbacks(found(backends, further.fallback), clock, costs),
        secrets(*load_or_create_secrets(store->states())),
        repeats(clock),
        ledger(clock),
        guard("127.0.0.1", {}),
        log("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_text)),
        prompts(store->states(), secrets.primary, {prompting.level}),
        prefixes(store->states(), clock),
        traces(store->states()),
        projects(store->states(), secrets.primary),
        learned(store->states(), prompts, prefixes, traces, projects, costs, ledger, log),
        parts{clock,   backends,    router,  fallbacks, costs,  store->responses(), secrets,
              repeats, calibration, prompts, prefixes,  traces, projects,           learned,
              ledger,  guard,       log,     waiter,    cache,  prompting.level},
        service(parts) {
    EXPECT_TRUE(backends.switch_to(mode));
  }

  static std::map<std::string, std::unique_ptr<FakeBackend>> make_others(const OtherServers& further) {
    std::map<std::string, std::unique_ptr<FakeBackend>> made;
    for (const auto& [name, kind] : further)
      made[name] = std::make_unique<FakeBackend>(settings_for(kind), identity_for(kind));
    return made;
  }
  static std::vector<BackendName> names_of(std::string_view mode, const OtherServers& further) {
    std::vector<BackendName> names{{std::string(mode)}};
    for (const auto& [name, kind] : further) names.push_back({name});
    return names;
  }
  static std::vector<const BackendEntry*> found(BackendSet& backends, const std::vector<std::string>& names) {
    std::vector<const BackendEntry*> entries;
    for (const std::string& name : names) entries.push_back(*backends.get(name));
    return entries;
  }
  static std::shared_ptr<Backend> borrowed(Backend& backend) {
    return {std::shared_ptr<Backend>(), &backend};
  }

  static BackendIdentity identity_for(std::string_view mode) {
    if (mode == "claude") return {};
    return {"fingerprint-1", "tiny", {{"tiny", 32'768}}, 32'768};
  }

  RecordingWriter post(std::string_view path, std::string body, HeaderFields headers = {}) {
    RecordingWriter writer;
    post_to(writer, path, std::move(body), std::move(headers));
    return writer;
  }

  void post_to(RecordingWriter& writer, std::string_view path, std::string body, HeaderFields headers = {}) {
    HttpRequest request;
    request.method = "POST";
    request.target = std::string(path);
    request.path = std::string(path.substr(0, path.find('?')));
    request.headers = std::move(headers);
    request.headers.add("Host", "127.0.0.1:1234");
    request.body = std::move(body);
    service.handle(request, writer);
  }

  RecordingWriter get(std::string_view path, HeaderFields headers = {}) {
    HttpRequest request;
    request.method = "GET";
    request.target = request.path = std::string(path);
    request.headers = std::move(headers);
    if (!request.headers.has("Host")) request.headers.add("Host", "127.0.0.1:1234");
    RecordingWriter writer;
    service.handle(request, writer);
    return writer;
  }

  nlohmann::json metrics() { return nlohmann::json::parse(get("/metrics.json").body); }

  FakeClock clock;
  FakeBackend backend;
  std::map<std::string, std::unique_ptr<FakeBackend>> others;
  BackendSet backends;
  std::unique_ptr<MemoryStore> store;
  Router router;
  CostLedger costs;
  FallbackChain fallbacks;
  StoreSecrets secrets;
  RepeatGuard repeats;
  TokenCalibration calibration;
  Ledger ledger;
  RequestGuard guard;
  std::ostringstream log_text;
  spdlog::logger log;
  FakeWaiter waiter{clock};
  PromptOrderer prompts;
  PrefixIndex prefixes;
  TraceRing traces;
  EntryProjects projects;
  BackgroundFlusher learned;
  BrokerParts parts;
  BrokerService service;
};

inline std::string cache_status(const RecordingWriter& reply) {
  return std::string(reply.headers.get("x-anyclaude-cache-status"));
}

}  // namespace anyclaude::fakes
