#include "base/random_id.h"

#include <openssl/rand.h>

#include <cstdlib>
#include <vector>

namespace anyclaude {

std::string random_id(std::string_view prefix, std::size_t length) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::vector<unsigned char> noise(length);
  if (RAND_bytes(noise.data(), static_cast<int>(noise.size())) != 1) std::abort();
  std::string out(prefix);
  for (const unsigned char byte : noise) out.push_back(kAlphabet[byte % kAlphabet.size()]);
  return out;
}

}  // namespace anyclaude
