// Asks a model server for the details of its models, and remembers what it heard.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "backend/identity/model_details.h"
#include "backend/profile/backend_settings.h"
#include "base/clock.h"
#include "http/client/upstream_call.h"

namespace anyclaude {

enum class Freshness {
  remembered,     // what was heard before, unless it was not needed for kBackendIdentityIdleMax
  after_a_reply,  // the model is loaded now: asks again where its context was not known
  asked_now,      // asks which context it is loaded with, whatever is remembered
};

// Thread-safe; holds no lock while it asks. A server that does not answer is one that says nothing.
class DetailsProbe {
 public:
  DetailsProbe(const BackendSettings& settings, UpstreamClient& client, const Clock& clock)
      : settings_(settings), client_(client), clock_(clock) {}

  ModelDetails details(const std::string& model, Freshness freshness);
  void forget();

 private:
  struct Known {
    ModelDetails lasting;  // what does not change while the server runs
    ModelDetails now;      // with what is loaded
    SteadyTime asked_at;   // when it was last asked what is loaded
    SteadyTime used_at;
  };

  std::optional<Known> remembered(const std::string& model);
  bool is_due(const Known& known, Freshness freshness) const;
  ModelDetails ask_lasting(const std::string& model);
  ModelDetails ask_loaded(const std::string& model, ModelDetails details);

  const BackendSettings& settings_;
  UpstreamClient& client_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace anyclaude
