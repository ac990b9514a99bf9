#include "backend/identity/backend.h"

#include <future>
#include <mutex>
#include <utility>

#include "backend/identity/server_identity.h"
#include "backend/identity/server_question.h"
#include "base/limits.h"

namespace anyclaude {
namespace {

class ConfiguredBackend final : public Backend {
 public:
  ConfiguredBackend(BackendSettings settings, const Clock& clock, std::unique_ptr<UpstreamClient> client)
      : settings_(std::move(settings)), clock_(clock), client_(std::move(client)) {}

  const BackendSettings& settings() const override { return settings_; }
  UpstreamClient& client() override { return *client_; }
  ConcurrencyLimiter& gate() override { return gate_; }

  Result<BackendIdentity> identity(std::string_view via) override {
    if (settings_.profile.lane() == Lane::verbatim) return BackendIdentity{.fingerprint = "anthropic"};
    std::promise<Result<BackendIdentity>> promise;
    std::uint64_t generation = 0;
    {
      std::unique_lock lock(mutex_);
      if (const auto known = known_identity()) return *known;
      if (probe_.valid()) {
        const auto running = probe_;
        lock.unlock();
        return running.get();
      }
      probe_ = promise.get_future().share();
      generation = generation_;
    }
    const Result<BackendIdentity> heard = settle(ask(via), generation);
    promise.set_value(heard);
    return heard;
  }

  ModelDetails details(const std::string& model, Freshness freshness) override {
    return details_.details(model, freshness);
  }

  void forget_identity() override {
    details_.forget();
    const std::lock_guard lock(mutex_);
    known_.reset();
    ++generation_;
  }

 private:
  // With mutex_ held.
  std::optional<BackendIdentity> known_identity() {
    const SteadyTime now = clock_.steady_now();
    if (!known_ || now - last_used_ >= limits::kBackendIdentityIdleMax) return std::nullopt;
    last_used_ = now;
    return known_;
  }

  // Decides what the callers get, and remembers it. A server that identifies itself slowly is busy with
  // another prompt: several servers answer one request at a time. Its last identity is kept.
  Result<BackendIdentity> settle(Result<BackendIdentity> heard, std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    probe_ = {};
    // A probe from before forget() may describe a server that is gone.
    const bool still_counts = generation == generation_;
    if (!heard && heard.error().kind == ErrorKind::timed_out && known_ && still_counts) heard = *known_;
    if (heard && still_counts) {
      known_ = *heard;
      last_used_ = clock_.steady_now();
    } else {
      known_.reset();
    }
    return heard;
  }

  Result<BackendIdentity> ask(std::string_view via) {
    ServerStatements said;
    if (settings_.profile.server.reports == SlotReports::llama_cpp) {
      auto props = ask_server(*client_, settings_, settings_.base_url.path + "/props", {}, via);
      if (!props) return tl::unexpected(props.error());
      said.props = std::move(*props);
    }
    auto models = ask_server(*client_, settings_, models_target(settings_), {}, via);
    if (!models) return tl::unexpected(models.error());
    said.models = std::move(*models);
    return identify(settings_, said, clock_.system_now());
  }

  const BackendSettings settings_;
  const Clock& clock_;
  const std::unique_ptr<UpstreamClient> client_;
  ConcurrencyLimiter gate_{settings_.profile.server.concurrent_calls_max};
  DetailsProbe details_{settings_, *client_, clock_};

  std::mutex mutex_;
  std::optional<BackendIdentity> known_;
  SteadyTime last_used_;
  std::shared_future<Result<BackendIdentity>> probe_;  // valid while a probe runs
  std::uint64_t generation_ = 0;                       // of what may be remembered
};

}  // namespace

Result<std::unique_ptr<Backend>> Backend::create(BackendSettings settings, const Clock& clock) {
  auto client = UpstreamClient::create(settings.base_url, settings.route);
  if (!client) return tl::unexpected(client.error());
  return create(std::move(settings), clock, std::move(*client));
}

std::unique_ptr<Backend> Backend::create(BackendSettings settings, const Clock& clock,
                                         std::unique_ptr<UpstreamClient> client) {
  return std::make_unique<ConfiguredBackend>(std::move(settings), clock, std::move(client));
}

}  // namespace anyclaude
