#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <xxhash.h>

#include <cstdlib>

#include "base/hex.h"

namespace anyclaude {
namespace {

void put_big_endian(std::uint64_t value, char* out) {
  for (int i = 7; i >= 0; --i, value >>= 8) out[i] = static_cast<char>(value & 0xff);
}

std::uint64_t get_big_endian(const char* in) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = (value << 8) | static_cast<unsigned char>(in[i]);
  return value;
}

}  // namespace

std::string Digest128::hex() const {
  const auto raw = bytes();
  return to_hex({raw.data(), raw.size()});
}

std::optional<Digest128> Digest128::from_hex(std::string_view text) {
  const auto raw = bytes_from_hex(text);
  if (!raw || raw->size() != 16) return std::nullopt;
  return Digest128{get_big_endian(raw->data()), get_big_endian(raw->data() + 8)};
}

std::array<char, 16> Digest128::bytes() const {
  std::array<char, 16> out{};
  put_big_endian(high, out.data());
  put_big_endian(low, out.data() + 8);
  return out;
}

Digest128 Digest128::from_bytes(const std::array<char, 16>& bytes) {
  return {get_big_endian(bytes.data()), get_big_endian(bytes.data() + 8)};
}

HashSecret HashSecret::random() {
  HashSecret secret;
  // Without randomness there is no safe way on; RAND_bytes fails only when the operating system gives none.
  if (RAND_bytes(secret.bytes.data(), static_cast<int>(secret.bytes.size())) != 1) std::abort();
  return secret;
}

Digest128 keyed_digest(std::string_view bytes, const HashSecret& secret) {
  const XXH128_hash_t hash =
      XXH3_128bits_withSecret(bytes.data(), bytes.size(), secret.bytes.data(), secret.bytes.size());
  return {hash.high64, hash.low64};
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, 32> out{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, EVP_sha256(), nullptr) != 1) std::abort();
  return to_hex({reinterpret_cast<const char*>(out.data()), out.size()});
}

}  // namespace anyclaude
