#include "canonical/header_use.h"

#include <algorithm>
#include <array>

namespace anyclaude {
namespace {

struct NeutralHeader {
  std::string_view name;   // in lower case; a '*' at its end stands for any rest
  std::string_view value;  // neutral with this value alone, in lower case; empty: with every value
  std::string_view why;    // no answer depends on it
};

// What is not here counts. A new row needs its reason.
constexpr std::array kNeutral{
    NeutralHeader{"accept", "", "whether the answer is streamed is a field of the body"},
    NeutralHeader{"accept-encoding", "", "the broker asks for plain bytes whatever the client takes"},
    NeutralHeader{"accept-language", "",
                  "fetch() of Node sends it unasked; answers follow the prompt's language"},
    NeutralHeader{"anthropic-dangerous-direct-browser-access", "",
                  "lets browsers in; says nothing to the model"},
    NeutralHeader{"baggage", "", "tracing"},
    NeutralHeader{"cache-control", "",
                  "an order to caches; the broker obeys it before it looks into the store"},
    NeutralHeader{"connection", "", "about one connection"},
    NeutralHeader{"content-length", "", "about the body's size, and the body itself is keyed"},
    NeutralHeader{"content-type", "application/json", "what every client says of its body"},
    NeutralHeader{"content-type", "application/json; charset=utf-8", "the same, spelled out"},
    NeutralHeader{"content-type", "application/json;charset=utf-8", "the same without the blank"},
    NeutralHeader{"host", "", "which server is asked stands in the key as the base URL"},
    NeutralHeader{"idempotency-key", "", "SDKs make one for each call, so that a repeated call is done once"},
    NeutralHeader{"pragma", "", "an order to caches, older than Cache-Control"},
    NeutralHeader{"priority", "", "how urgent the client's network stack takes it to be"},
    NeutralHeader{"request-id", "", "names one request"},
    NeutralHeader{"sec-fetch-*", "", "fetch() of Node sends sec-fetch-mode unasked"},
    NeutralHeader{"sentry-trace", "", "tracing"},
    NeutralHeader{"traceparent", "", "tracing"},
    NeutralHeader{"tracestate", "", "tracing"},
    NeutralHeader{"user-agent", "", "which program asks, with its version"},
    NeutralHeader{"x-app", "", "which face of Claude Code asks"},
    NeutralHeader{"x-claude-code-agent-id", "", "which subagent of the session asks"},
    NeutralHeader{"x-claude-code-parent-agent-id", "", "which agent started that subagent"},
    NeutralHeader{"x-claude-code-session-id", "", "which session asks"},
    NeutralHeader{"x-claude-remote-container-id", "", "where a remote session runs"},
    NeutralHeader{"x-claude-remote-session-id", "", "which remote session asks"},
    NeutralHeader{"x-client-app", "", "which program embeds Claude Code"},
    NeutralHeader{"x-client-request-id", "", "names one request"},
    NeutralHeader{"x-correlation-id", "", "names one request"},
    NeutralHeader{"x-request-id", "", "names one request"},
    NeutralHeader{"x-stainless-*", "",
                  "what the SDK tells of itself: language, system, versions, retries, timeout"},
};

constexpr std::array<std::string_view, 4> kCredentials{"authorization", "cookie", "proxy-authorization",
                                                       "x-api-key"};
// Gateways invent their own: x-goog-api-key, x-litellm-key, helicone-auth, cf-access-client-secret, ...
constexpr std::array<std::string_view, 8> kPartsOfCredentials{"auth", "cookie",   "credential", "jwt",
                                                              "key",  "password", "secret",     "token"};

constexpr std::string_view kNeutralParameter = "beta=true";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_named(const NeutralHeader& row, std::string_view name) {
  if (!row.name.ends_with('*')) return row.name == name;
  return name.starts_with(row.name.substr(0, row.name.size() - 1));
}

}  // namespace

HeaderUse header_use(std::string_view name, std::string_view value) {
  const std::string lower_name = lower(name);
  for (const NeutralHeader& row : kNeutral)
    if (is_named(row, lower_name) && (row.value.empty() || row.value == lower(value)))
      return HeaderUse::neutral;
  if (std::ranges::find(kCredentials, lower_name) != kCredentials.end()) return HeaderUse::credential;
  const bool sounds_secret = std::ranges::any_of(
      kPartsOfCredentials, [&](std::string_view part) { return lower_name.find(part) != std::string::npos; });
  return sounds_secret ? HeaderUse::credential : HeaderUse::keyed;
}

std::string keyed_query(std::string_view query) {
  std::string kept;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (parameter.empty() || parameter == kNeutralParameter) continue;
    if (!kept.empty()) kept += '&';
    kept += parameter;
  }
  return kept;
}

}  // namespace anyclaude
