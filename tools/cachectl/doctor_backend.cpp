#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "backend/identity/details_probe.h"
#include "backend/identity/server_identity.h"
#include "backend/profile/context_needs.h"
#include "base/bounded_json.h"
#include "tools/cachectl/doctor_parts.h"
#include "tools/cachectl/report.h"

namespace anyclaude::cachectl {
namespace {

using nlohmann::json;

constexpr std::size_t kModelsNamed = 5;

struct Answer {
  int status = 0;
  json said;
};

Result<Answer> ask(UpstreamClient& client, const BackendSettings& settings, std::string target) {
  UpstreamRequest question;
  question.method = "GET";
  question.target = std::move(target);
  question.headers.add("Accept", "application/json");
  question.headers.add("Accept-Encoding", "identity");
  if (!settings.api_key.empty()) {
    if (settings.profile.lane() == Lane::verbatim) {
      question.headers.add("x-api-key", settings.api_key);
      question.headers.add("anthropic-version", "2023-06-01");
    } else {
      question.headers.add("Authorization", "Bearer " + settings.api_key);
    }
  }
  question.timeouts.connect = settings.timeouts.connect;
  question.timeouts.first_byte = limits::kProbeTimeMax;
  const auto reply = client.fetch(std::move(question));
  if (!reply) return tl::unexpected(reply.error());
  return Answer{reply->status, parse_json(reply->body)};
}

std::string text_at(const json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string described(const std::vector<ListedModel>& models) {
  std::string out;
  for (std::size_t i = 0; i < std::min(models.size(), kModelsNamed); ++i) {
    out += (i > 0 ? ", " : "") + printable(models[i].id);
    if (models[i].context_tokens)
      out += " (context of " + std::to_string(*models[i].context_tokens) + " tokens)";
    if (models[i].state == ModelState::not_loaded) out += " (not loaded)";
  }
  if (models.size() > kModelsNamed) out += " and " + std::to_string(models.size() - kModelsNamed) + " more";
  return out;
}

// Why the list of models does not answer the question whether the server is there; nothing when it does.
std::optional<Finding> refusal(const std::string& about, const BackendSettings& settings, int status) {
  const std::string server = settings.base_url.text();
  if (status == 401 || status == 403) {
    if (settings.api_key.empty() && settings.profile.lane() == Lane::verbatim)
      return Finding{about, Verdict::fine, server + " is there; it asks for the key that the client brings"};
    return Finding{about, Verdict::problem, server + " refuses the key; look at \"apiKey\""};
  }
  if (status >= 500 || status == 429)
    return Finding{about, Verdict::problem,
                   server + " is there and not ready (status " + std::to_string(status) + ")"};
  return std::nullopt;
}

void tell_models(const std::string& about, const BackendSettings& settings, const Answer& answer,
                 SystemTime now, Findings& findings, nlohmann::ordered_json& facts) {
  const auto models = answer.status == 200 ? read_models(answer.said, now) : std::vector<ListedModel>();
  auto list = nlohmann::ordered_json::array();
  for (const ListedModel& model : models) {
    list.push_back({{"id", model.id}, {"context_tokens", nullptr}});
    if (model.context_tokens) list.back()["context_tokens"] = *model.context_tokens;
  }
  facts["models"] = std::move(list);
  const std::string server = settings.base_url.text();
  if (models.empty())
    return findings.add(about, Verdict::warning,
                        server +
                            " is there and says nothing of itself: it is known by its address and the "
                            "configured model, so a model that is swapped behind it goes unnoticed");
  findings.add(about, Verdict::fine, server + " is there; it has " + described(models));
}

// What Ollama and LM Studio say in APIs of their own.
void tell_details(const std::string& about, const BackendSettings& settings, UpstreamClient& client,
                  const Clock& clock, Findings& findings, nlohmann::ordered_json& facts) {
  if (settings.profile.server.model_details == DetailsSource::none) return;
  std::string model = settings.model;
  if (model.empty() && facts["models"].size() == 1) model = facts["models"][0]["id"].get<std::string>();
  const ModelDetails details = DetailsProbe(settings, client, clock).details(model, Freshness::remembered);
  if (details.tools != Ability::unsaid) facts["takes_tools"] = details.tools == Ability::present;
  if (details.tools == Ability::absent)
    findings.add(
        about, Verdict::problem,
        printable(model) + " takes no tools, and Claude Code cannot work without them; choose another model");
  if (!details.context_tokens) return;
  facts["context_tokens"] = *details.context_tokens;
  const std::string context =
      printable(model) + " has a context of " + std::to_string(*details.context_tokens) + " tokens";
  if (*details.context_tokens >= kContextTokensMin) return findings.add(about, Verdict::fine, context);
  const std::string& advice = settings.profile.server.context_advice;
  findings.add(about, Verdict::problem,
               context + ", and Claude Code needs " + std::to_string(kContextTokensMin) + " to begin" +
                   (advice.empty() ? "" : ": " + advice));
}

// What a llama.cpp server says in /props.
void tell_props(const std::string& about, const json& props, Findings& findings,
                nlohmann::ordered_json& facts) {
  if (!props.is_object()) return;
  std::string text = "model file " + printable(text_at(props, "model_path"));
  facts["model_path"] = text_at(props, "model_path");
  facts["build"] = text_at(props, "build_info");
  if (!text_at(props, "build_info").empty()) text += ", build " + printable(text_at(props, "build_info"));
  if (props.contains("total_slots") && props["total_slots"].is_number_unsigned()) {
    facts["slots"] = props["total_slots"].get<std::uint64_t>();
    text += ", " + counted(props["total_slots"].get<std::uint64_t>(), "slot", "slots");
  }
  const std::string chat_template = text_at(props, "chat_template");
  const bool takes_tools =
      chat_template.find("tools") != std::string::npos || !text_at(props, "chat_template_tool_use").empty();
  facts["template_takes_tools"] = takes_tools;
  findings.add(about, Verdict::fine, text);
  if (!chat_template.empty() && !takes_tools)
    findings.add(about, Verdict::warning,
                 "its chat template says nothing of tools; start it with --jinja and a template that does");
}

}  // namespace

void examine_backend(const Surroundings& here, const std::string& name, const BackendSettings& settings,
                     Findings& findings) {
  const std::string about = "backend " + name;
  nlohmann::ordered_json facts = {{"name", name},
                                  {"profile", settings.profile.name},
                                  {"url", settings.base_url.text()},
                                  {"reachable", false}};
  const auto client = UpstreamClient::create(settings.base_url, settings.route);
  const auto models = client ? ask(**client, settings, models_target(settings))
                             : Result<Answer>(tl::unexpected(client.error()));
  facts["reachable"] = models.has_value();
  if (!models) {
    findings.add(about, Verdict::problem, models.error().message);
  } else if (const auto refused = refusal(about, settings, models->status)) {
    findings.add(refused->about, refused->verdict, refused->text);
  } else {
    tell_models(about, settings, *models, here.clock.system_now(), findings, facts);
    if (settings.profile.server.reports == SlotReports::llama_cpp)
      if (const auto props = ask(**client, settings, settings.base_url.path + "/props"); props)
        tell_props(about, props->said, findings, facts);
    tell_details(about, settings, **client, here.clock, findings, facts);
  }
  findings.facts["backend"] = std::move(facts);
}

}  // namespace anyclaude::cachectl
