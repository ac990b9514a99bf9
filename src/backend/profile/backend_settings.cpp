#include "backend/profile/backend_settings.h"

#include <utility>

namespace anyclaude {
namespace {

tl::unexpected<Error> wrong(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::config, std::move(message));
}

Status choose_api(BackendProfile& profile, std::optional<Api> wanted) {
  if (!wanted) return {};
  if (!profile.offers(*wanted))
    return wrong("mode " + profile.name + " has no " + std::string(word_of(*wanted)) +
                 " interface; leave 'api' out");
  profile.api = *wanted;
  return {};
}

void put(const std::string& said, std::string& target) {
  if (!said.empty()) target = said;
}

}  // namespace

Result<BackendSettings> make_backend_settings(BackendProfile profile, const BackendChoices& choices) {
  if (const Status status = choose_api(profile, choices.api); !status) return tl::unexpected(status.error());
  if (choices.sampling == SamplingChoice::servers_own) profile = without_sampling(std::move(profile));
  if (choices.thinking == ThinkingChoice::never) profile.request.thinking_never = true;
  put(choices.models.opus, profile.models.opus);
  put(choices.models.sonnet, profile.models.sonnet);
  put(choices.models.haiku, profile.models.haiku);
  const std::string& url_text = choices.base_url.empty() ? profile.default_base_url : choices.base_url;
  if (url_text.empty())
    return wrong("mode " + profile.name +
                 " needs the server's address: \"baseUrl\" in the configuration, or --backend-url URL");
  auto url = parse_url(url_text);
  if (!url) return tl::unexpected(url.error());
  BackendSettings settings{std::move(profile), without_v1(*url), choices.model, choices.api_key};
  settings.profile_digest = profile_digest(settings.profile);
  return settings;
}

std::string chat_target(const BackendSettings& settings) {
  const ApiEndpoint& endpoint = settings.profile.endpoint();
  return settings.base_url.path + endpoint.path +
         (endpoint.api == Api::openai ? "/chat/completions" : "/messages");
}

std::string models_target(const BackendSettings& settings) {
  return settings.base_url.path + settings.profile.server.models_path;
}

}  // namespace anyclaude
