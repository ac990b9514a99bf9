// Records as another version of the program would write them.
#pragma once

#include <xxhash.h>

#include <string>

#include "base/digest.h"
#include "storage/lmdb/byte_layout.h"

namespace anyclaude::lmdb {

// With a checksum that fits the changed bytes.
inline std::string resealed(const Digest128& primary, std::string record) {
  const auto key = primary.bytes();
  const std::string head = std::string(key.data(), key.size()) + record.substr(0, 8);
  const auto sum =
      XXH3_64bits_withSeed(record.data() + 16, record.size() - 16, XXH3_64bits(head.data(), head.size()));
  std::string bytes;
  append_little_endian(bytes, static_cast<std::uint64_t>(sum));
  return record.replace(8, 8, bytes);
}

}  // namespace anyclaude::lmdb
