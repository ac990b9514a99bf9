// What every store in tests/data/stores holds, whatever format it has. It must never change: stores that were
// written long ago are compared with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/response_store.h"
#include "storage/state_store.h"

namespace anyclaude::store_fixture {

// When the stores were written, by their clock: 2026-01-01T00:00:00Z, where FakeClock starts.
inline constexpr std::int64_t kWrittenAtMs = 1'767'225'600'000;
inline constexpr std::int64_t kLifetimeMs = 24 * 3'600'000;

struct Entry {
  CacheKey key;
  StoredResponse response;
};

// Text that compresses as little as the alphabet allows.
inline std::string dense_text(std::uint64_t state, std::size_t bytes) {
  std::string text(bytes, ' ');
  for (char& c : text) {
    state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    c = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[state >> 58];
  }
  return text;
}

inline std::string message(std::string_view content, std::string_view stop_reason) {
  return R"({"content":[)" + std::string(content) +
         R"(],"model":"qwen2.5-coder","role":"assistant","stop_reason":")" + std::string(stop_reason) +
         R"(","stop_sequence":null,"type":"message","usage":{"input_tokens":21000,"output_tokens":42}})";
}

inline Entry entry(std::uint64_t number, std::string message_json) {
  StoredResponse response;
  response.message_json = std::move(message_json);
  response.model = "qwen2.5-coder";
  response.canonical_sha256 = std::string(64, static_cast<char>('a' + number));
  response.created_at_ms = kWrittenAtMs;
  response.expires_at_ms = kWrittenAtMs + kLifetimeMs;
  response.producer_revision = 3;
  response.input_tokens = 21'000 + number;
  response.output_tokens = 42;
  response.generation_ms = 1'500;
  return {{{number, ~number}, {number * 0x9E37'79B9'7F4A'7C15ULL, number + 1}}, std::move(response)};
}

// Of every kind a record can be: too short to compress, a tool call, text that compresses well, a page of
// its own, many pages of its own.
inline std::vector<Entry> entries() {
  std::string repeated;
  for (int line = 0; line < 60; ++line)
    repeated += "Line " + std::to_string(line) + " of a made-up answer.\\n";
  const auto text = [](const std::string& said) { return R"({"text":")" + said + R"(","type":"text"})"; };
  return {entry(0, R"({"content":[]})"),
          entry(1, message(R"({"id":"toolu_1","input":{"file_path":"/src/a.cpp"},"name":"Read",)"
                           R"("type":"tool_use"})",
                           "tool_use")),
          entry(2, message(text(repeated), "end_turn")),
          entry(3, message(text(dense_text(3, 3'000)), "end_turn")),
          entry(4, message(text(dense_text(4, 12'000)), "end_turn"))};
}

// Read once before the store was closed.
inline constexpr std::uint64_t kEntryWithAHit = 2;

inline constexpr StateTable kLearned{.name = "fixture_learned", .version = 2};
inline constexpr StateTable kKept{.name = "fixture_kept", .retention = StateRetention::kept};
inline constexpr std::uint64_t kLearnedRows = 3;

inline std::string learned_key(std::uint64_t row) {
  return "row " + std::to_string(row);
}
inline std::string learned_value(std::uint64_t row) {
  return "value " + std::to_string(row * row);
}
inline constexpr std::string_view kKeptKey = "secret";
inline constexpr std::string_view kKeptValue = "kept when the store is emptied";

}  // namespace anyclaude::store_fixture
