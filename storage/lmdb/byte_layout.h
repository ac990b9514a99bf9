// Integers as bytes: little-endian inside records, big-endian where bytewise order must be numeric order.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace anyclaude::lmdb {

template <std::unsigned_integral T>
void append_little_endian(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
}

template <std::unsigned_integral T>
void append_big_endian(std::string& out, T value) {
  for (std::size_t i = sizeof(T); i-- > 0;) out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
}

// The caller has checked that `bytes` reaches `at + sizeof(T)`.
template <std::unsigned_integral T>
T read_little_endian(std::string_view bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;)
    value = static_cast<T>(static_cast<T>(value << 8) | static_cast<unsigned char>(bytes[at + i]));
  return value;
}

template <std::unsigned_integral T>
T read_big_endian(std::string_view bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(static_cast<T>(value << 8) | static_cast<unsigned char>(bytes[at + i]));
  return value;
}

}  // namespace anyclaude::lmdb
