#include "storage/store_secrets.h"

#include <algorithm>
#include <string>

namespace anyclaude {
namespace {

constexpr StateTable kSecretsTable{.name = "secrets",
                                   .version = 1,
                                   .entries_max = 8,
                                   .value_bytes_max = 1'024,
                                   .retention = StateRetention::kept};
// Both secrets stand in one value, so that no process can see the one without the other.
constexpr std::string_view kHashSecretsKey = "hash_secrets";

std::string joined(const StoreSecrets& secrets) {
  std::string out(secrets.primary.bytes.begin(), secrets.primary.bytes.end());
  out.append(secrets.check.bytes.begin(), secrets.check.bytes.end());
  return out;
}

}  // namespace

Result<StoreSecrets> load_or_create_secrets(StateStore& states) {
  const StoreSecrets fresh{HashSecret::random(), HashSecret::random()};
  const auto standing = states.put_if_absent(kSecretsTable, kHashSecretsKey, joined(fresh));
  if (!standing) return tl::unexpected(standing.error());
  if (standing->size() != 2 * HashSecret::kBytes)
    return fail(ErrorKind::corrupt, ErrorSource::store,
                "The store's hash secrets do not have the size this version expects.");
  StoreSecrets secrets;
  const auto middle = standing->begin() + HashSecret::kBytes;
  std::copy(standing->begin(), middle, secrets.primary.bytes.begin());
  std::copy(middle, standing->end(), secrets.check.bytes.begin());
  return secrets;
}

}  // namespace anyclaude
