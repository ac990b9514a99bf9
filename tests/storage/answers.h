// Made-up answers and keys.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "base/clock.h"
#include "base/digest.h"
#include "storage/response_store.h"

namespace anyclaude {

inline CacheKey key_number(std::uint64_t number) {
  return {{number, ~number}, {number * 0x9E3779B97F4A7C15ULL, number + 1}};
}

inline StoredResponse answer(const Clock& clock, std::string text,
                             std::chrono::milliseconds lifetime = std::chrono::hours{24}) {
  StoredResponse response;
  response.message_json =
      R"({"type":"message","role":"assistant","content":[{"type":"text","text":")" + text + R"("}]})";
  response.model = "qwen2.5-coder";
  response.canonical_sha256 = sha256_hex(text);
  response.created_at_ms = unix_milliseconds(clock.system_now());
  response.expires_at_ms = response.created_at_ms + lifetime.count();
  response.producer_revision = 3;
  response.input_tokens = 21'000;
  response.output_tokens = 42;
  response.generation_ms = 1'500;
  return response;
}

// Letters and digits that do not compress well, the same for the same seed.
inline std::string noise(std::uint64_t seed, std::size_t bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::mt19937_64 random(seed);
  std::string out(bytes, ' ');
  for (char& c : out) c = kAlphabet[random() & 63];
  return out;
}

inline bool same(const StoredResponse& left, const StoredResponse& right) {
  return left.message_json == right.message_json && left.model == right.model &&
         left.canonical_sha256 == right.canonical_sha256 && left.created_at_ms == right.created_at_ms &&
         left.expires_at_ms == right.expires_at_ms && left.producer_revision == right.producer_revision &&
         left.input_tokens == right.input_tokens && left.output_tokens == right.output_tokens &&
         left.generation_ms == right.generation_ms;
}

}  // namespace anyclaude
