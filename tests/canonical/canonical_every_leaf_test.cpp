// One request with everything in it, changed at each of its places in turn.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "messages/json/json_document.h"
#include "tests/canonical/request_fixtures.h"
#include "tests/canonical/request_rewrites.h"

namespace anyclaude {
namespace {

constexpr CanonicalOptions kVerbatim{Lane::verbatim, OrderingLevel::standard, "", ""};
constexpr CanonicalOptions kRewritten{Lane::rewritten, OrderingLevel::standard, "", ""};

constexpr auto kEverything = R"({
  "model": "m", "max_tokens": 9, "temperature": 0.5, "top_p": 0.25, "top_k": 4, "stop_sequences": ["a", "b"],
  "stream": true, "metadata": {"user_id": "u"}, "cache_control": {"type": "ephemeral"},
  "context_management": {"edits": []}, "safeguards": {"cwd": "/"}, "service_tier": "auto", "inference_geo": "eu",
  "container": "c", "mcp_servers": [{"url": "u"}], "brand_new": 1,
  "thinking": {"type": "enabled", "budget_tokens": 5, "display": "omitted"},
  "tool_choice": {"type": "tool", "name": "t", "disable_parallel_tool_use": true},
  "output_config": {"effort": "high", "format": {"type": "json_schema", "schema": {"metadata": 1}}},
  "output_format": {"type": "json_schema", "schema": {"stream": 1}},
  "system": [{"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.197.c61; cc_entrypoint=cli;", "cache_control": {"ttl": "5m"}},
             {"type": "text", "text": "You are.", "cache_control": {"ttl": "5m"}}],
  "tools": [{"name": "t", "description": "d", "cache_control": {"ttl": "5m"}, "defer_loading": true, "type": "custom",
             "input_schema": {"properties": {"cache_control": {"type": "string"}, "is_error": {"type": "null"}}}}],
  "messages": [
    {"role": "user", "content": "hi", "output_config": {"effort": "low"}},
    {"role": "system", "content": [{"type": "text", "text": "note", "citations": [1], "cache_control": {}}]},
    {"role": "assistant", "content": [
      {"type": "thinking", "thinking": "hm", "signature": "s"},
      {"type": "redacted_thinking", "data": "r"},
      {"type": "hologram", "light": {"cache_control": 1}, "cache_control": {"ttl": "5m"}},
      {"type": "tool_use", "id": "i", "name": "t", "input": {"metadata": false}, "caller": "me",
       "cache_control": {"ttl": "5m"}}]},
    {"role": "user", "content": [
      {"type": "tool_result", "tool_use_id": "i", "is_error": true, "cache_control": {"ttl": "5m"}, "note": 1,
       "content": [{"type": "text", "text": "out", "cache_control": {"ttl": "5m"}},
                   {"type": "tool_reference", "tool_name": "n"}]},
      {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
      {"type": "image", "source": {"type": "url", "url": "u"}},
      {"type": "document", "title": "T", "context": "C", "citations": {"enabled": true},
       "source": {"type": "content", "content": [{"type": "text", "text": "x", "cache_control": {"ttl": "5m"}}]}}]}
  ]})";

// The places where the rewritten lane hears nothing of a change, each with all that is in it.
bool is_silent_in_rewritten_lane(const std::string& place) {
  static const std::set<std::string> kSilent = {
      "/stream",
      "/metadata",
      "/cache_control",
      "/context_management",
      "/safeguards",
      "/service_tier",
      "/inference_geo",
      "/container",
      "/mcp_servers",
      "/brand_new",
      "/thinking/display",
      "/system/0/cache_control",
      "/system/1/cache_control",
      "/tools/0/cache_control",
      "/messages/0/output_config",
      "/messages/1/content/0/citations",
      "/messages/1/content/0/cache_control",
      "/messages/2/content/0/signature",
      "/messages/2/content/2/cache_control",
      "/messages/2/content/3/caller",
      "/messages/2/content/3/cache_control",
      "/messages/3/content/0/cache_control",
      "/messages/3/content/0/note",
      "/messages/3/content/0/content/0/cache_control",
      "/messages/3/content/3/source/content/0/cache_control",
  };
  for (std::size_t end = place.size(); end != std::string::npos && end > 0; end = place.rfind('/', end - 1))
    if (kSilent.contains(place.substr(0, end))) return true;
  return false;
}

bool has_same_key(const Json& left, const Json& right, const CanonicalOptions& options) {
  return canonical_bytes(left, options) == canonical_bytes(right, options);
}

// The type of a block decides what is read of it, so a change there may silence what stands beside it, but
// not itself.
TEST(CanonicalEveryLeaf, AChangedValueIsAnotherRequestExceptWhereItMakesNoDifference) {
  const Json everything = Json::parse(kEverything);
  Random random(1);
  std::size_t leaves = 0;
  for (const auto& place : all_places(everything, Json::json_pointer())) {
    if (everything[place].is_structured() && !everything[place].empty()) continue;
    Json changed = everything;
    mutate_leaf(changed[place], random);
    ++leaves;
    EXPECT_EQ(has_same_key(everything, changed, kVerbatim),
              verbatim_reference_form(everything) == verbatim_reference_form(changed))
        << place;
    const bool silent = is_silent_in_rewritten_lane(place.to_string());
    EXPECT_EQ(has_same_key(everything, changed, kRewritten), silent) << place;
  }
  EXPECT_GT(leaves, 80u);
}

TEST(CanonicalEveryLeaf, ARemovedMemberIsAnotherRequestExceptWhereItMakesNoDifference) {
  const Json everything = Json::parse(kEverything);
  for (const auto& place : all_places(everything, Json::json_pointer())) {
    if (place.empty() || !everything[place.parent_pointer()].is_object()) continue;
    Json changed = everything;
    changed[place.parent_pointer()].erase(place.back());
    const auto document = JsonDocument::parse(changed.dump());
    ASSERT_TRUE(document.has_value());
    if (!canonicalize(*document, kVerbatim)) continue;
    EXPECT_EQ(has_same_key(everything, changed, kVerbatim),
              verbatim_reference_form(everything) == verbatim_reference_form(changed))
        << place;
    EXPECT_EQ(has_same_key(everything, changed, kRewritten), is_silent_in_rewritten_lane(place.to_string()))
        << place;
  }
}

// The other half of the bargain: what is silent is nothing that an encoder could read.
TEST(CanonicalEveryLeaf, WhatIsSilentDoesNotReachTheEncoder) {
  const auto everything = JsonDocument::parse(kEverything);
  const auto request = parse_messages_request(everything.value());
  ASSERT_TRUE(request.has_value()) << request.error().message;
  Random random(1);
  const Json original = Json::parse(kEverything);
  for (const auto& place : all_places(original, Json::json_pointer())) {
    if (original[place].is_structured() && !original[place].empty()) continue;
    Json changed = original;
    mutate_leaf(changed[place], random);
    const auto document = JsonDocument::parse(changed.dump());
    const auto changed_request = parse_messages_request(document.value());
    if (!changed_request || !is_silent_in_rewritten_lane(place.to_string())) continue;
    EXPECT_EQ(meaning_of(*changed_request), meaning_of(*request)) << place;
  }
}

}  // namespace
}  // namespace anyclaude
