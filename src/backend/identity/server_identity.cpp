#include "backend/identity/server_identity.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <string_view>

#include "base/digest.h"
#include "messages/events/reply_json.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

// A `created` younger than this is taken for the time of the reply.
constexpr std::chrono::minutes kReplyAgeMax{10};
constexpr std::string_view kCurrentModel = "current-model";
// mlx-lm's word for the model it was started with.
constexpr std::string_view kUnnamedModel = "default_model";

std::optional<std::uint64_t> count_at(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned() || *found == 0) return std::nullopt;
  return found->get<std::uint64_t>();
}

const Json& member(const Json& object, const char* name) {
  static const Json kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

ModelState state_of(const Json& entry) {
  const Json& status = member(entry, "status");  // llama.cpp's router
  std::string_view said =
      status.is_object() ? string_or_empty(status, "value") : string_or_empty(entry, "state");
  if (said == "loaded") return ModelState::loaded;
  return said.empty() ? ModelState::unsaid : ModelState::not_loaded;
}

bool can_chat(const Json& entry, std::string_view id) {
  const std::string_view type = string_or_empty(entry, "type");
  return type != "embeddings" && type != "embedding" && !id.starts_with("text-embedding-");
}

std::optional<std::uint64_t> context_of(const Json& entry) {
  for (const char* name : {"max_model_len", "loaded_context_length", "context_length"})
    if (const auto found = count_at(entry, name)) return found;
  return count_at(member(entry, "meta"), "n_ctx");
}

std::string statement_of(const Json& entry, std::string_view id, SystemTime now) {
  Json kept = {{"id", id}};
  for (const char* name : {"meta", "root", "parent", "max_model_len", "quantization", "digest"})
    if (const Json& value = member(entry, name); !value.is_null()) kept[name] = value;
  const Json& created = member(entry, "created");
  if (created.is_number_unsigned()) {
    const auto seconds = created.get<std::uint64_t>();
    const auto oldest_reply =
        std::chrono::duration_cast<std::chrono::seconds>((now - kReplyAgeMax).time_since_epoch());
    if (static_cast<std::int64_t>(std::min<std::uint64_t>(seconds, INT64_MAX)) < oldest_reply.count())
      kept["created"] = seconds;
  }
  return kept.dump();
}

// What a llama.cpp server says of its model, as canonical JSON; "null" when it says nothing.
std::string props_statement(const Json& props) {
  if (!props.is_object()) return "null";
  Json kept = Json::object();
  for (const char* name : {"model_path", "model_alias", "build_info"})
    if (const Json& value = member(props, name); !value.is_null()) kept[name] = value;
  // The templates are long and hold nothing a person needs to read here.
  for (const char* name : {"chat_template", "chat_template_tool_use"})
    if (const std::string* text = find_string(props, name)) kept[name] = sha256_hex(*text);
  if (const auto slot = count_at(member(props, "default_generation_settings"), "n_ctx"))
    kept["n_ctx"] = *slot;
  return kept.dump();
}

std::string listing(const std::vector<ListedModel>& models) {
  constexpr std::size_t kShownMax = 20;
  std::string out;
  for (std::size_t i = 0; i < std::min(models.size(), kShownMax); ++i) {
    if (i > 0) out += ", ";
    out += models[i].id;
  }
  if (models.size() > kShownMax) out += " and " + std::to_string(models.size() - kShownMax) + " more";
  return out;
}

tl::unexpected<Error> no_model(std::string message) {
  return fail(ErrorKind::not_found, ErrorSource::upstream, std::move(message));
}

// The id that MLX-Textgen makes of a model's path: its last part in lower case, with dashes, without "-4bit".
std::string derived_id(std::string_view model) {
  model = model.substr(0, model.find_last_not_of('/') + 1);
  std::string id(model.substr(model.rfind('/') + 1));
  for (char& c : id) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::size_t dash = id.rfind('-');
  if (dash == std::string::npos || !id.ends_with("bit")) return id;
  const std::string_view bits = std::string_view(id).substr(dash + 1, id.size() - dash - 4);
  const bool is_number = !bits.empty() && bits.find_first_not_of("0123456789") == std::string_view::npos;
  return is_number ? id.substr(0, dash) : id;
}

// The model that stands in the list for the configured one.
Result<const ListedModel*> find_configured(const BackendSettings& settings,
                                           const std::vector<ListedModel>& models) {
  for (const ListedModel& model : models)
    if (settings.model == model.id) return &model;
  for (const ListedModel& model : models)
    if (names_model(settings.model, model.id)) return &model;
  if (models.empty() || settings.profile.request.model == ModelField::omitted) return nullptr;
  if (settings.profile.request.model == ModelField::listed) {
    for (const ListedModel& model : models)
      if (derived_id(settings.model) == model.id) return &model;
    // A server that makes up a name of its own for its only model means that one.
    if (models.size() == 1) return &models.front();
  }
  // A llama.cpp server with one model answers to every name.
  if (settings.profile.server.reports == SlotReports::llama_cpp && models.size() == 1) return &models.front();
  return no_model("the model server at " + settings.base_url.text() + " has no model '" + settings.model +
                  "'; it has " + listing(models));
}

Result<const ListedModel*> find_only(const BackendSettings& settings,
                                     const std::vector<ListedModel>& models) {
  const std::string server = "the model server at " + settings.base_url.text();
  if (settings.profile.request.model == ModelField::omitted && models.size() != 1) {
    // It lists what it could load as well; the one it was started with may stand there by its path.
    const auto is_path = [](const ListedModel& model) { return model.id.starts_with('/'); };
    if (std::ranges::count_if(models, is_path) == 1) return &*std::ranges::find_if(models, is_path);
    return nullptr;
  }
  if (models.empty()) return no_model(server + " lists no model: say which one to use (--backend-model)");
  std::vector<ListedModel> loaded;
  for (const ListedModel& model : models)
    if (model.state == ModelState::loaded) loaded.push_back(model);
  if (models.size() == 1) return &models.front();
  if (loaded.size() == 1) {
    return &*std::ranges::find(models, ModelState::loaded, &ListedModel::state);
  }
  return no_model(server + " has several models: say which one to use (--backend-model): " +
                  listing(loaded.empty() ? models : loaded));
}

}  // namespace

std::vector<ListedModel> read_models(const Json& models, SystemTime now) {
  const Json& data = models.is_array() ? models : member(models, "data");
  std::vector<ListedModel> out;
  if (!data.is_array()) return out;
  for (const Json& entry : data) {
    const std::string* id = find_string(entry, "id");
    if (!id || id->empty() || !can_chat(entry, *id)) continue;
    out.push_back({*id, state_of(entry), context_of(entry), statement_of(entry, *id, now)});
  }
  return out;
}

Result<BackendIdentity> identify(const BackendSettings& settings, const ServerStatements& said,
                                 SystemTime now) {
  const std::vector<ListedModel> models = read_models(said.models, now);
  const bool is_configured = !settings.model.empty() && settings.model != kCurrentModel;
  const auto found = is_configured ? find_configured(settings, models) : find_only(settings, models);
  if (!found) return tl::unexpected(found.error());

  const std::string props = props_statement(said.props);
  const auto slot_context = count_at(member(said.props, "default_generation_settings"), "n_ctx");
  const auto fingerprint_of = [&](std::string_view statement) {
    return sha256_hex(props + '\n' + std::string(statement));
  };
  BackendIdentity identity;
  for (const ListedModel& model : models) {
    identity.models.push_back(
        {model.id, slot_context ? slot_context : model.context_tokens, fingerprint_of(model.statement)});
  }
  const ListedModel* model = *found;
  // A server that lists nothing is known by what was configured.
  const bool keeps_word = is_configured && settings.profile.request.model != ModelField::listed &&
                          !(model && names_model(settings.model, model->id));
  identity.model = keeps_word || (!model && is_configured) ? settings.model
                   : model                                 ? model->id
                                                           : std::string(kUnnamedModel);
  identity.fingerprint = fingerprint_of(model ? std::string_view(model->statement) : settings.model);
  identity.context_tokens = slot_context ? slot_context : model ? model->context_tokens : std::nullopt;
  return identity;
}

}  // namespace anyclaude
