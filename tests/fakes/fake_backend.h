// A backend whose identity is what the test says and whose server plays a script.
#pragma once

#include <optional>
#include <utility>

#include "backend/identity/backend.h"
#include "fakes/scripted_upstream.h"

namespace anyclaude::fakes {

class FakeBackend final : public Backend {
 public:
  FakeBackend(BackendSettings settings, BackendIdentity identity)
      : upstream(settings.base_url), answer(std::move(identity)), settings_(std::move(settings)) {}

  const BackendSettings& settings() const override { return settings_; }
  UpstreamClient& client() override { return upstream; }
  ConcurrencyLimiter& gate() override { return gate_; }
  Result<BackendIdentity> identity(std::string_view = {}) override {
    if (error) return tl::unexpected(*error);
    return answer;
  }
  void forget_identity() override { ++forgotten; }

  ScriptedUpstream upstream;
  BackendIdentity answer;
  std::optional<Error> error;
  int forgotten = 0;

 private:
  BackendSettings settings_;
  ConcurrencyLimiter gate_{settings_.profile.server.concurrent_calls_max};
};

}  // namespace anyclaude::fakes
