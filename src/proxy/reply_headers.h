// The header fields this broker adds to a reply.
#pragma once

#include "http/wire/http_message.h"
#include "messages/events/api_error.h"
#include "proxy/exchange.h"

namespace anyclaude {

inline constexpr std::string_view kCacheStatusHeader = "x-anyclaude-cache-status";
inline constexpr std::string_view kCacheKeyHeader = "x-anyclaude-cache-key";
inline constexpr std::string_view kCacheAgeHeader = "x-anyclaude-cache-age";
inline constexpr std::string_view kBackendHeader = "x-anyclaude-backend";
inline constexpr std::string_view kFallbackHeader = "x-anyclaude-fallback";
inline constexpr std::string_view kOwnThinkingHeader = "x-anyclaude-own-thinking-removed";
inline constexpr std::string_view kCacheControlHeader = "x-anyclaude-cache-control";

// x-anyclaude-cache-status, -key, -age, RFC 9211's Cache-Status, and which server answered in whose place.
void add_cache_headers(HeaderFields& headers, const Exchange& exchange);

// A reply of this broker's own making: content type, request id and the cache headers.
HeaderFields own_reply_headers(std::string_view content_type, const Exchange& exchange);

// What goes with an error: Retry-After where it is known, and where asking again cannot help `x-should-retry:
// false`, on which the clients' SDKs give up at once.
void add_error_headers(HeaderFields& headers, const ApiError& error);

// The fields of an upstream's reply that pass to the client: all but hop-by-hop ones, those this broker sets,
// and those that open a reply to web pages (CORS).
HeaderFields end_to_end_headers(const HeaderFields& upstream);

// True for the fields that end at this hop (RFC 9110, section 7.6.1), for those that frame the body, and for
// those that `connection` (the value of the Connection field) names.
bool is_hop_by_hop(std::string_view name, std::string_view connection);

}  // namespace anyclaude
