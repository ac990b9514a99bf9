#include "backend/tokens/token_counter.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/limits.h"
#include "http/net/deadline.h"
#include "messages/events/reply_json.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

tl::unexpected<Error> cannot(const BackendSettings& settings, std::string_view what) {
  return fail(ErrorKind::unavailable, ErrorSource::upstream,
              "the model server at " + settings.base_url.text() + " " + std::string(what));
}

// Several questions under one deadline.
class Asking {
 public:
  Asking(Backend& backend, std::string_view via) : backend_(backend), via_(via) {}

  Result<Json> post(std::string_view path, std::string body) {
    const BackendSettings& settings = backend_.settings();
    UpstreamRequest request;
    request.target = settings.base_url.path + std::string(path);
    request.headers.add("Content-Type", "application/json");
    request.headers.add("Accept", "application/json");
    request.headers.add("Accept-Encoding", "identity");
    if (!settings.api_key.empty()) request.headers.add("Authorization", "Bearer " + settings.api_key);
    request.body = std::move(body);
    request.timeouts = settings.timeouts;
    request.via = via_;
    const auto reply = backend_.client().fetch(std::move(request), deadline_.left());
    if (!reply) return tl::unexpected(reply.error());
    if (reply->status != 200)
      return cannot(settings,
                    "answers " + std::string(path) + " with status " + std::to_string(reply->status));
    return parse_reply_json(reply->body);
  }

 private:
  Backend& backend_;
  const std::string_view via_;
  const Deadline deadline_{limits::kTokenCountTimeMax};
};

Result<std::uint64_t> figure(const BackendSettings& settings, const Json& reply, const char* name) {
  const auto found = reply.is_object() ? reply.find(name) : reply.end();
  if (!reply.is_object() || found == reply.end() || !found->is_number_unsigned() || *found == 0)
    return cannot(settings, "does not say how many tokens the prompt has");
  return found->get<std::uint64_t>();
}

Result<std::uint64_t> count_in_llama_cpp(Asking& asking, const BackendSettings& settings,
                                         std::string_view body) {
  const auto rendered = asking.post("/apply-template", std::string(body));
  if (!rendered) return tl::unexpected(rendered.error());
  const std::string* prompt = rendered->is_object() ? find_string(*rendered, "prompt") : nullptr;
  if (prompt == nullptr) return cannot(settings, "does not render the prompt");
  // As for an answer: with the model's first token, and markers read as what they are.
  std::string question = R"({"add_special":true,"parse_special":true,"content":)";
  append_json_string(question, *prompt);
  question += '}';
  const auto reply = asking.post("/tokenize", std::move(question));
  if (!reply) return tl::unexpected(reply.error());
  const auto tokens = reply->is_object() ? reply->find("tokens") : reply->end();
  if (!reply->is_object() || tokens == reply->end() || !tokens->is_array() || tokens->empty())
    return cannot(settings, "does not say how many tokens the prompt has");
  return tokens->size();
}

}  // namespace

Result<std::uint64_t> count_prompt_tokens(Backend& backend, std::string_view body, std::string_view via) {
  const BackendSettings& settings = backend.settings();
  Asking asking(backend, via);
  switch (settings.profile.server.token_count) {
    case TokenCounting::llama_cpp:
      return count_in_llama_cpp(asking, settings, body);
    case TokenCounting::vllm: {
      const auto reply = asking.post("/tokenize", std::string(body));
      if (!reply) return tl::unexpected(reply.error());
      return figure(settings, *reply, "count");
    }
    case TokenCounting::anthropic: {
      const auto reply = asking.post("/v1/messages/count_tokens", std::string(body));
      if (!reply) return tl::unexpected(reply.error());
      return figure(settings, *reply, "input_tokens");
    }
    case TokenCounting::none:
      break;
  }
  return cannot(settings, "does not count tokens");
}

}  // namespace anyclaude
