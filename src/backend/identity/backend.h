// One configured model server: its address, its identity, and which model answers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/identity/concurrency_limiter.h"
#include "backend/identity/details_probe.h"
#include "backend/profile/backend_settings.h"
#include "base/clock.h"
#include "base/error.h"
#include "http/client/upstream_call.h"

namespace anyclaude {

struct BackendModel {
  std::string id;
  std::optional<std::uint64_t> context_tokens = std::nullopt;  // per slot
  std::string fingerprint = {};  // digest of what the server reports about itself and this model
};

// What the server said when it was last asked.
struct BackendIdentity {
  std::string fingerprint = {};  // goes into the cache key
  std::string model = {};        // the resolved model; in the verbatim lane empty: the request names it
  std::vector<BackendModel> models = {};
  std::optional<std::uint64_t> context_tokens = std::nullopt;  // per slot, of the resolved model
};

// Thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;
  static Result<std::unique_ptr<Backend>> create(BackendSettings settings, const Clock& clock);
  // The same over a client that exists already.
  static std::unique_ptr<Backend> create(BackendSettings settings, const Clock& clock,
                                         std::unique_ptr<UpstreamClient> client);

  virtual const BackendSettings& settings() const = 0;
  virtual UpstreamClient& client() = 0;
  // A caller that has a prompt answered holds a permit of it meanwhile.
  virtual ConcurrencyLimiter& gate() = 0;

  // Asked anew on first use, after a failed call and after kBackendIdentityIdleMax without use; otherwise
  // remembered. One caller asks, those who come meanwhile wait for what it hears. In the verbatim lane no
  // question is asked. Errors: unavailable (the server does not answer, or is still loading), authentication
  // (it refuses the key), not_found (no such model, or several and none chosen: the message lists them), loop
  // (the question came back to a broker that had passed it on). `via`: the marks of the client
  // request that needs the answer (via_mark.h).
  virtual Result<BackendIdentity> identity(std::string_view via = {}) = 0;
  // The server failed a call or the connection: whatever is remembered may be wrong.
  virtual void forget_identity() = 0;

  // What the server says of one of its models beyond the list; empty where it has no place to say it
  // (server.model_details of the profile), or does not answer within kProbeTimeMax.
  virtual ModelDetails details(const std::string& /*model*/,
                               Freshness /*freshness*/ = Freshness::remembered) {
    return {};
  }
};

}  // namespace anyclaude
