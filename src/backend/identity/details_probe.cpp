#include "backend/identity/details_probe.h"

#include <nlohmann/json.hpp>

#include "backend/identity/server_question.h"
#include "base/limits.h"

namespace anyclaude {
namespace {

// Names come from requests; a server has fewer models than this, or the oldest are asked for again.
constexpr std::size_t kModelsRemembered = 64;

}  // namespace

ModelDetails DetailsProbe::details(const std::string& model, Freshness freshness) {
  if (settings_.profile.server.model_details == DetailsSource::none || model.empty()) return {};
  auto known = remembered(model);
  if (known && !is_due(*known, freshness)) return known->now;
  if (!known) known = Known{ask_lasting(model), {}, {}, {}};
  known->now = ask_loaded(model, known->lasting);
  known->asked_at = known->used_at = clock_.steady_now();
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kModelsRemembered) known_.clear();
  known_.insert_or_assign(model, *known);
  return known->now;
}

void DetailsProbe::forget() {
  const std::lock_guard lock(mutex_);
  known_.clear();
}

std::optional<DetailsProbe::Known> DetailsProbe::remembered(const std::string& model) {
  const SteadyTime now = clock_.steady_now();
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(model);
  if (found == known_.end() || now - found->second.used_at >= limits::kBackendIdentityIdleMax)
    return std::nullopt;
  found->second.used_at = now;
  return found->second;
}

// A server that said nothing of what is loaded is not asked behind every reply.
bool DetailsProbe::is_due(const Known& known, Freshness freshness) const {
  if (freshness == Freshness::asked_now) return true;
  if (freshness == Freshness::remembered || known.now.state == ModelState::loaded) return false;
  return known.now.state == ModelState::not_loaded ||
         clock_.steady_now() - known.asked_at >= limits::kBackendIdentityIdleMax;
}

ModelDetails DetailsProbe::ask_lasting(const std::string& model) {
  ModelDetails details;
  if (settings_.profile.server.model_details != DetailsSource::ollama) return details;
  const std::string question =
      nlohmann::json{{"model", model}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (const auto said = ask_server(client_, settings_, settings_.base_url.path + "/api/show", question))
    read_ollama_model(*said, details);
  return details;
}

ModelDetails DetailsProbe::ask_loaded(const std::string& model, ModelDetails details) {
  const bool is_ollama = settings_.profile.server.model_details == DetailsSource::ollama;
  const char* path = is_ollama ? "/api/ps" : "/api/v0/models";
  const auto said = ask_server(client_, settings_, settings_.base_url.path + path);
  if (!said) return details;
  if (is_ollama)
    read_ollama_running(*said, model, details);
  else
    read_lm_studio_models(*said, model, details);
  return details;
}

}  // namespace anyclaude
