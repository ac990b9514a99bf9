// The wiring: every concrete part of the broker is named here and nowhere else.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "backend/profile/backend_profiles.h"
#include "base/error.h"
#include "config/config.h"
#include "http/server/http_server.h"

namespace anyclaude {

// A broker that runs inside this process. Thread-safe.
class BrokerApp {
 public:
  virtual ~BrokerApp() = default;

  // Opens the store, prepares the backend and listens. The backend need not be running yet: requests say so
  // until it is.
  static Result<std::unique_ptr<BrokerApp>> start(const Config& config, const BackendProfiles& profiles);

  // "http://HOST:PORT"
  virtual std::string url() const = 0;
  // Stops accepting, lets running replies finish for `grace`, then writes what the store has not yet.
  // Idempotent. `some_work`: a request is still being worked on, and the destructor would wait for it.
  virtual StopEnd stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace anyclaude
