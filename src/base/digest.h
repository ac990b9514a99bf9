// 128-bit keyed digests (XXH3) for keys and chains, and SHA-256 where a digest must mean the same on every
// machine.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace anyclaude {

struct Digest128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const Digest128&) const = default;

  // 32 lower-case hexadecimal digits, high half first.
  std::string hex() const;
  static std::optional<Digest128> from_hex(std::string_view text);
  // 16 bytes, big-endian, so that bytewise order is numeric order.
  std::array<char, 16> bytes() const;
  static Digest128 from_bytes(const std::array<char, 16>& bytes);
};

struct Digest128Hash {
  std::size_t operator()(const Digest128& digest) const noexcept {
    return static_cast<std::size_t>(digest.low);
  }
};

// The secret that makes a digest unforgeable by those who do not know it. 192 bytes is XXH3's own default
// size (XXH3_SECRET_DEFAULT_SIZE); the bytes must be random.
struct HashSecret {
  static constexpr std::size_t kBytes = 192;
  std::array<unsigned char, kBytes> bytes{};

  // From the operating system's random source.
  static HashSecret random();
};

Digest128 keyed_digest(std::string_view bytes, const HashSecret& secret);

// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace anyclaude
