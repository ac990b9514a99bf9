#include "storage/import_key.h"

#include <algorithm>

#include "base/limits.h"

namespace anyclaude {
namespace {

constexpr std::size_t kSha256Digits = 64;

bool is_lower_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

}  // namespace

// Length and name in front, so that no partition can pass for a digest.
CacheKey import_key(std::string_view canonical_sha256, std::string_view partition) {
  std::string text = "anyclaude import 1:" + std::to_string(partition.size()) + ":";
  text.append(partition).append(":").append(canonical_sha256);
  const std::string digest = sha256_hex(text);
  const std::string_view digits = digest;
  return {*Digest128::from_hex(digits.substr(0, kSha256Digits / 2)),
          *Digest128::from_hex(digits.substr(kSha256Digits / 2))};
}

Status check_import(const StoredResponse& response) {
  const std::string& sha = response.canonical_sha256;
  if (sha.size() != kSha256Digits || !std::all_of(sha.begin(), sha.end(), is_lower_hex))
    return fail(ErrorKind::invalid_request, ErrorSource::store,
                "The SHA-256 of the request is not 64 lower-case hexadecimal digits.");
  if (response.message_json.size() > limits::kStoredMessageBytesMax)
    return fail(ErrorKind::too_large, ErrorSource::store, "The answer is too large for the store.");
  if (response.created_at_ms < 0 || response.expires_at_ms < response.created_at_ms)
    return fail(ErrorKind::invalid_request, ErrorSource::store, "The answer expires before it was created.");
  return {};
}

}  // namespace anyclaude
