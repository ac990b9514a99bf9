// The keys of the recorded requests, written down: a change of any of them makes every store miss, or worse.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/digest.h"
#include "cache/cache_key.h"
#include "messages/json/json_document.h"
#include "tests/canonical/request_fixtures.h"

namespace anyclaude {
namespace {

const std::filesystem::path kGoldenFile =
    std::filesystem::path(ANYCLAUDE_TEST_DATA).parent_path() / "golden" / "request_keys.json";

Json keys_of(const Json& body, Lane lane) {
  const auto document = JsonDocument::parse(body.dump());
  const auto canonical =
      canonicalize(document.value(), {lane, OrderingLevel::standard, "some-beta-2025-01-01", "2023-06-01"});
  const KeyContext context{lane,    "openai",      "http://127.0.0.1:8080", "qwen", OrderingLevel::standard,
                           "local", "fingerprint", "profile-digest"};
  const CacheKey key = make_cache_key(canonical.value(), context, fixed_secrets());
  return {
      {"primary", key.primary.hex()}, {"check", key.check.hex()}, {"sha256", sha256_hex(canonical->bytes)}};
}

Json current_keys() {
  Json golden = {{"key_version", kKeyVersion}, {"keys", Json::object()}};
  for (const NamedBody& each : recorded_bodies())
    for (const Lane lane : {Lane::verbatim, Lane::rewritten})
      golden["keys"][each.name + " " + std::string(name_of(lane))] = keys_of(each.body, lane);
  return golden;
}

TEST(GoldenKeys, AreThoseWrittenDown) {
  const Json now = current_keys();
  if (std::getenv("ANYCLAUDE_WRITE_GOLDEN") != nullptr) std::ofstream(kGoldenFile) << now.dump(1) << "\n";
  std::ifstream file(kGoldenFile);
  const Json golden = Json::parse(file, nullptr, false);
  ASSERT_TRUE(golden.is_object()) << kGoldenFile;
  EXPECT_EQ(golden["key_version"], kKeyVersion);
  for (const auto& [name, keys] : now["keys"].items())
    EXPECT_EQ(golden["keys"].value(name, Json()), keys)
        << name << ": the canonical bytes have changed. If that is meant, raise kKeyVersion in "
        << "src/canonical/canonical_request.h and write the new keys with ANYCLAUDE_WRITE_GOLDEN=1.";
  EXPECT_EQ(golden["keys"].size(), now["keys"].size());
}

}  // namespace
}  // namespace anyclaude
