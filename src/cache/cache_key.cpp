#include "cache/cache_key.h"

#include <string>

#include "canonical/canonical_writer.h"

namespace anyclaude {
namespace {

void append(CanonicalWriter& writer, std::string_view name, std::string_view value) {
  writer.field(name);
  writer.string(value);
}

// A new member of KeyContext does not compile here until someone decides.
std::string context_bytes(const KeyContext& context) {
  const auto& [lane, profile, base_url, resolved_model, level, partition, fingerprint, profile_digest] =
      context;
  std::string out;
  CanonicalWriter writer(out);
  append(writer, "lane", name_of(lane));
  append(writer, "profile", profile);
  append(writer, "base_url", base_url);
  append(writer, "resolved_model", resolved_model);
  append(writer, "level", word_of(level));
  append(writer, "partition", partition);
  append(writer, "fingerprint", fingerprint);
  append(writer, "profile_digest", profile_digest);
  return out;
}

// The request is digested where it lies, then its digest together with the context: no copy of it is made.
Digest128 digest(std::string_view request_bytes, const std::string& context, const HashSecret& secret) {
  const auto request = keyed_digest(request_bytes, secret).bytes();
  std::string together = context;
  CanonicalWriter writer(together);
  append(writer, "request", {request.data(), request.size()});
  return keyed_digest(together, secret);
}

}  // namespace

std::string portable_digest(const CanonicalRequest& request, const KeyContext& context) {
  KeyContext shared = context;
  shared.partition = {};
  std::string together = context_bytes(shared);
  CanonicalWriter writer(together);
  append(writer, "request", sha256_hex(request.bytes));
  return sha256_hex(together);
}

CacheKey make_cache_key(const CanonicalRequest& request, const KeyContext& context,
                        const StoreSecrets& secrets) {
  const std::string bytes = context_bytes(context);
  return {digest(request.bytes, bytes, secrets.primary), digest(request.bytes, bytes, secrets.check)};
}

}  // namespace anyclaude
