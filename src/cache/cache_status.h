// The one vocabulary of cache outcomes: spelled the same in code, headers, metrics, cachectl and docs.
#pragma once

#include <array>
#include <string_view>

#include "base/reason_table.h"

namespace anyclaude {

enum class CacheStatus { hit, miss, bypass, coalesced };
std::string_view name_of(CacheStatus status);  // "HIT", "MISS", "BYPASS", "COALESCED"

// Why a request is neither looked up in the store nor its answer kept.
enum class BypassReason {
  no_store_with_no_cache,
  mode_off,
  backend_unidentified,
  server_tools,
  mcp_servers,
  container,
  file_reference,
  url_source,
  unknown_block,
  body_too_large,  // more than kCacheableBodyBytesMax
  body_too_deep,   // nested deeper than kJsonDepthMax
  encoded,
  store_error,
  side_request_local,
};

inline constexpr std::array<ReasonRow<BypassReason>, 14> kBypassReasons{{
    {BypassReason::no_store_with_no_cache,
     {"no_store",
      "The client sent both no-cache and no-store, so nothing may be read from the store and nothing kept.",
      "Send only one of the two in Cache-Control or x-anyclaude-cache-control."}},
    {BypassReason::mode_off,
     {"mode_off", "The cache is switched off.",
      "Set cache.mode to \"on\" in .anyclauderc.json, or start the broker with --cache on."}},
    {BypassReason::backend_unidentified,
     {"backend_unidentified",
      "The model server did not say which model it serves, and an answer is stored under the model's name.",
      "Check that the server runs and answers /v1/models; anyclaude-cachectl doctor asks it."}},
    {BypassReason::server_tools,
     {"server_tools",
      "The request offers a tool that runs at the provider, such as web search, whose results change.",
      kNothingToDo}},
    {BypassReason::mcp_servers,
     {"mcp_servers", "The request names MCP servers for the provider to call, and their results change.",
      kNothingToDo}},
    {BypassReason::container,
     {"container", "The request names a container at the provider, whose content changes.", kNothingToDo}},
    {BypassReason::file_reference,
     {"file_reference",
      "The request refers to a file at the provider by its id, and the broker cannot see it.",
      "Send the file's content in the request to have the answer stored."}},
    {BypassReason::url_source,
     {"url_source", "The request names an image or document by URL, and what stands there may change.",
      "Send the content in the request to have the answer stored."}},
    {BypassReason::unknown_block,
     {"unknown_block",
      "A request to Anthropic has a content block or a shape that this version does not know, and was "
      "forwarded unchanged.",
      "Look for a newer version of anyclaude."}},
    {BypassReason::body_too_large,
     {"body_too_large", "The request is larger than 16 MiB and was forwarded without being read.",
      "Start a new conversation, or compact this one."}},
    {BypassReason::body_too_deep,
     {"body_too_deep",
      "The request's JSON is nested deeper than 128 levels and was forwarded without being read.",
      "Check what the client sends."}},
    {BypassReason::encoded,
     {"encoded", "The server compressed its reply, although an uncompressed one was requested.",
      "Switch compression off in the server, or in the proxy in front of it."}},
    {BypassReason::store_error,
     {"store_error", "The store could not be read; the log has the error.",
      "Run anyclaude-cachectl doctor, and anyclaude-cachectl verify if the file is damaged."}},
    {BypassReason::side_request_local,
     {"side_request_local",
      "The broker made the conversation's title itself, from the text of the request, without a model.",
      "Nothing to do; prompt.side_requests set to \"forward\" sends title requests to the model."}},
}};
static_assert(describes_every_value(kBypassReasons));
std::string_view name_of(BypassReason reason);

// Why a request that was looked up was not answered from the store.
enum class MissReason { not_found, no_cache, max_age, write_only, asked_again };

inline constexpr std::array<ReasonRow<MissReason>, 5> kMissReasons{{
    {MissReason::not_found,
     {"not_found", "The store holds no answer to this request from this model and server.", kNothingToDo}},
    {MissReason::no_cache, {"no_cache", "The client asked for a new answer with no-cache.", kNothingToDo}},
    {MissReason::max_age, {"max_age", "The stored answer is older than the client's max-age.", kNothingToDo}},
    {MissReason::write_only,
     {"write_only", "The cache only writes, by its configuration.",
      "Set cache.mode to \"on\" in .anyclauderc.json, or start the broker with --cache on."}},
    {MissReason::asked_again,
     {"asked_again",
      "One session sent the same request for the third time within two minutes, which suggests that the "
      "stored answer is bad.",
      "Nothing to do; the new answer replaces the stored one."}},
}};
static_assert(describes_every_value(kMissReasons));
std::string_view name_of(MissReason reason);

}  // namespace anyclaude
