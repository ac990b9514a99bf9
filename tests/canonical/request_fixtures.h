// Requests to try the canonical form on: recorded ones and ones made up at random.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "canonical/canonical_request.h"
#include "storage/store_secrets.h"

namespace anyclaude {

using Json = nlohmann::ordered_json;

// Reproducible: rapidcheck chooses (and prints) the seed.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  // Less than `bound`, which is positive.
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  bool coin() { return below(2) == 0; }
  bool rarely() { return below(8) == 0; }
  std::string word();

 private:
  std::mt19937_64 engine_;
};

struct NamedBody {
  std::string name;  // folder/file
  Json body;
};

// Every recorded POST, in order.
const std::vector<NamedBody>& recorded_bodies();
const Json& recorded(std::string_view name);

// A request with every kind of block and field, most of them sometimes.
Json random_request(Random& random);

// JSON text of the value with blanks and other escapes, and, unless the order is to be kept, with keys in
// another order and other spellings of numbers.
enum class Respelling { anything, blanks_and_escapes };
std::string spelled_at_random(const Json& value, Random& random,
                              Respelling respelling = Respelling::anything);

// The canonical bytes; a test failure and empty when refused.
std::string canonical_bytes(const std::string& body, const CanonicalOptions& options);
inline std::string canonical_bytes(const Json& body, const CanonicalOptions& options) {
  return canonical_bytes(body.dump(), options);
}

// The same in every run, so that digests can be written down.
StoreSecrets fixed_secrets();

}  // namespace anyclaude
