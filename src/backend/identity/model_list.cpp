#include "backend/identity/model_list.h"

#include <nlohmann/json.hpp>

#include "backend/identity/model_details.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

const BackendModel* find_model(const BackendIdentity& identity, std::string_view requested) {
  for (const BackendModel& model : identity.models)
    if (model.id == requested) return &model;
  const std::string_view id = local_model_id(requested);
  for (const BackendModel& model : identity.models)
    if (model.id == id) return &model;
  for (const BackendModel& model : identity.models)
    if (names_model(id, model.id)) return &model;
  return nullptr;
}

Json entry(std::string_view shown_id, const BackendModel& model) {
  Json out = {{"type", "model"},
              {"id", shown_id},
              {"display_name", model.id},
              // Anthropic's word for an unknown date is the epoch.
              {"created_at", "1970-01-01T00:00:00Z"}};
  if (model.context_tokens) out["max_input_tokens"] = *model.context_tokens;
  return out;
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The model that answers for an opus, a sonnet or a haiku; empty for any other name and where none is named.
const std::string& model_of_size(std::string_view requested, const ModelRoles& roles) {
  static const std::string kNone;
  if (requested.find("opus") != std::string_view::npos) return roles.opus;
  if (requested.find("sonnet") != std::string_view::npos) return roles.sonnet;
  if (requested.find("haiku") != std::string_view::npos) return roles.haiku;
  return kNone;
}

}  // namespace

std::string_view local_model_id(std::string_view requested) {
  if (requested.starts_with(kLocalModelPrefix)) requested.remove_prefix(kLocalModelPrefix.size());
  return requested;
}

std::string model_list_json(const BackendIdentity& identity) {
  Json data = Json::array();
  for (const BackendModel& model : identity.models) {
    data.push_back(entry(model.id, model));
    data.push_back(entry(std::string(kLocalModelPrefix) + model.id, model));
  }
  Json out = {{"has_more", false}, {"first_id", nullptr}, {"last_id", nullptr}};
  if (!data.empty()) {
    out["first_id"] = data.front()["id"];
    out["last_id"] = data.back()["id"];
  }
  out["data"] = std::move(data);
  return text_of(out);
}

std::optional<std::string> model_json(const BackendIdentity& identity, std::string_view id) {
  const BackendModel* model = find_model(identity, id);
  if (!model) return std::nullopt;
  return text_of(entry(id, *model));
}

void choose_requested_model(BackendIdentity& identity, std::string_view requested, const ModelRoles& roles) {
  const BackendModel* model = find_model(identity, requested);
  if (!model) {
    const std::string& named = model_of_size(requested, roles);
    if (named.empty() || named == identity.model) return;
    model = find_model(identity, named);
    // A server that does not list it may have it all the same; nothing is known of it then.
    if (!model) {
      identity.model = named;
      identity.context_tokens.reset();
    }
  }
  if (!model || model->id == identity.model) return;
  identity.model = model->id;
  identity.fingerprint = model->fingerprint;
  identity.context_tokens = model->context_tokens;
}

void choose_requested_model(BackendIdentity& identity, std::string_view requested,
                            const BackendProfile& profile) {
  if (profile.request.model == ModelField::omitted) return;
  choose_requested_model(identity, requested, profile.models);
}

}  // namespace anyclaude
