#include "proxy/reply_headers.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace anyclaude {
namespace {

constexpr std::array<std::string_view, 10> kHopByHop{"connection",
                                                     "keep-alive",
                                                     "proxy-authenticate",
                                                     "proxy-authorization",
                                                     "proxy-connection",
                                                     "te",
                                                     "trailer",
                                                     "transfer-encoding",
                                                     "upgrade",
                                                     "content-length"};

bool lists(std::string_view comma_separated, std::string_view name) {
  while (!comma_separated.empty()) {
    const std::size_t comma = std::min(comma_separated.find(','), comma_separated.size());
    if (equals_ignoring_case(trimmed(comma_separated.substr(0, comma), kFieldBlanks), name)) return true;
    comma_separated.remove_prefix(std::min(comma + 1, comma_separated.size()));
  }
  return false;
}

bool begins_with(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && equals_ignoring_case(name.substr(0, prefix.size()), prefix);
}

// What lets the pages of other sites read a reply, or look at when it came. A server may say that of itself;
// of the broker in front of it, it may not.
bool opens_to_pages(std::string_view name) {
  return begins_with(name, "access-control-") || equals_ignoring_case(name, "timing-allow-origin") ||
         equals_ignoring_case(name, "cross-origin-resource-policy");
}

// RFC 9211: "hit" alone, or why the request went forward.
std::string standard_cache_status(const Exchange& exchange) {
  std::string text = "anyclaude";
  switch (exchange.status) {
    case CacheStatus::hit:
      return text + "; hit";
    case CacheStatus::coalesced:
      return text + "; fwd=miss; collapsed";
    case CacheStatus::bypass:
      text += "; fwd=bypass";
      if (exchange.bypass) text += "; detail=" + std::string(name_of(*exchange.bypass));
      return text;
    case CacheStatus::miss:
      break;
  }
  if (exchange.miss == MissReason::no_cache) return text + "; fwd=request; detail=no_cache";
  if (exchange.miss == MissReason::max_age) return text + "; fwd=stale; detail=max_age";
  text += "; fwd=miss";
  if (exchange.miss && *exchange.miss != MissReason::not_found)
    text += "; detail=" + std::string(name_of(*exchange.miss));
  return text;
}

// Who was to answer and why he did not, or who else might have and cost too much.
std::string fallback_text(const Exchange& exchange) {
  std::string text;
  if (exchange.fallback) {
    text = "from=" + exchange.fallback->from->name +
           ";reason=" + std::string(name_of(exchange.fallback->reason));
  } else if (exchange.failure && !exchange.too_costly.empty()) {
    text = "from=" + exchange.target->name + ";reason=" + std::string(name_of(exchange.failure->reason));
  }
  for (const std::string& name : exchange.too_costly)
    text += (text.empty() ? "" : ";") + ("too_costly=" + name);
  return text;
}

}  // namespace

bool is_hop_by_hop(std::string_view name, std::string_view connection) {
  return std::any_of(kHopByHop.begin(), kHopByHop.end(),
                     [&](std::string_view known) { return equals_ignoring_case(known, name); }) ||
         lists(connection, name);
}

void add_cache_headers(HeaderFields& headers, const Exchange& exchange) {
  headers.set(kCacheStatusHeader, std::string(name_of(exchange.status)));
  if (exchange.key) headers.set(kCacheKeyHeader, exchange.key->primary.hex());
  if (exchange.status == CacheStatus::hit) headers.set(kCacheAgeHeader, std::to_string(exchange.age_s));
  headers.set("Cache-Status", standard_cache_status(exchange));
  headers.set(kBackendHeader, exchange.target->name);
  if (exchange.own_thinking_removed > 0)
    headers.set(kOwnThinkingHeader, std::to_string(exchange.own_thinking_removed));
  if (std::string text = fallback_text(exchange); !text.empty())
    headers.set(kFallbackHeader, std::move(text));
}

HeaderFields own_reply_headers(std::string_view content_type, const Exchange& exchange) {
  HeaderFields headers;
  headers.add("Content-Type", std::string(content_type));
  headers.add("request-id", exchange.request_id);
  if (content_type.starts_with("text/event-stream")) headers.add("Cache-Control", "no-cache");
  add_cache_headers(headers, exchange);
  return headers;
}

void add_error_headers(HeaderFields& headers, const ApiError& error) {
  if (!error.retry_after.empty()) headers.add("Retry-After", error.retry_after);
  if (error.status == kLoopStatus) headers.add("x-should-retry", "false");
}

HeaderFields end_to_end_headers(const HeaderFields& upstream) {
  HeaderFields passed;
  const std::string_view connection = upstream.get("Connection");
  for (const HeaderField& field : upstream) {
    if (is_hop_by_hop(field.name, connection) || opens_to_pages(field.name)) continue;
    if (begins_with(field.name, "x-anyclaude-")) continue;
    passed.add(field.name, field.value);
  }
  return passed;
}

}  // namespace anyclaude
