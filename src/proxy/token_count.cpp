#include "proxy/token_count.h"

#include <algorithm>

#include "backend/dialect/chat_encoder.h"
#include "backend/identity/model_list.h"
#include "backend/tokens/token_counter.h"
#include "cache/partition.h"
#include "http/wire/via_mark.h"
#include "proxy/exchange.h"

namespace anyclaude {
namespace {

Result<std::uint64_t> ask_server(const BrokerParts& parts, Backend& backend, const BackendIdentity& identity,
                                 const MessagesRequest& request, std::string_view via) {
  const auto body = encode_chat_request(request, {backend.settings().profile, identity.model, std::nullopt});
  if (!body) return tl::unexpected(body.error());
  auto counted = count_prompt_tokens(backend, *body, via);
  if (!counted) parts.log.debug("tokens are estimated: {}", counted.error().message);
  return counted;
}

}  // namespace

std::string_view name_of(CountSource source) {
  return source == CountSource::exact ? "exact" : "estimated";
}

TokenCount count_request_tokens(const BrokerParts& parts, Backend& backend, MessagesRequest request,
                                const HeaderFields& headers) {
  const BackendSettings& settings = backend.settings();
  BackendIdentity identity;
  const std::string via = via_of(headers);
  if (auto known = backend.identity(via))
    identity = std::move(*known);
  else
    identity.model = settings.model;
  choose_requested_model(identity, request.model);
  parts.prompts.order(request, {partition_of(settings.profile.lane(), {}, parts.secrets.primary),
                                headers.get("x-claude-code-agent-id"),
                                headers.get("X-Claude-Code-Session-Id"), Learning::forbidden});
  // A request for a count names no length of its answer, but servers want to see one.
  request.max_tokens = std::max<std::uint64_t>(request.max_tokens, 1);
  const bool can_count = settings.profile.server.token_count != TokenCounting::none;
  if (can_count && !identity.fingerprint.empty()) {
    if (const auto counted = ask_server(parts, backend, identity, request, via))
      return {*counted, CountSource::exact};
  }
  return {parts.calibration.estimate(served_model(identity), request), CountSource::estimated};
}

}  // namespace anyclaude
