// Makes the text of answers small and whole again: zstd with a dictionary.
#pragma once

#include <zstd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "storage/lmdb/context_pool.h"

namespace anyclaude::lmdb {

// The dictionary that is compiled in, made from synthetic answers by tools/make_dictionary.py. Its number
// stands in every record that was packed with it; another dictionary gets another number, for ever.
inline constexpr std::uint32_t kAnswerDictionaryId = 40'001;
inline constexpr std::uint32_t kNoDictionaryId = 0;

inline constexpr int kPackingLevel = 6;

std::string_view answer_dictionary();

// Thread-safe. Digests the dictionary once, which takes about a millisecond.
class AnswerPacker {
 public:
  // `dictionary` may be empty; it is not needed afterwards. Throws std::bad_alloc.
  explicit AnswerPacker(std::string_view dictionary = answer_dictionary(), int level = kPackingLevel);

  // Empty when packing gains nothing.
  std::string pack(std::string_view text) const;

  enum class PackedWith { plain_zstd, dictionary };
  // False when `packed` does not unpack to exactly as many bytes as `text` has.
  bool unpack(std::string_view packed, PackedWith with, std::string& text) const;

 private:
  struct FreeDictionary {
    void operator()(ZSTD_CDict* dictionary) const { ZSTD_freeCDict(dictionary); }
    void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
  };

  const std::unique_ptr<ZSTD_CDict, FreeDictionary> packing_dictionary_;
  const std::unique_ptr<ZSTD_DDict, FreeDictionary> unpacking_dictionary_;
  mutable ContextPool<ZSTD_CCtx, ZSTD_createCCtx, ZSTD_freeCCtx> packing_contexts_;
  mutable ContextPool<ZSTD_DCtx, ZSTD_createDCtx, ZSTD_freeDCtx> unpacking_contexts_;
};

}  // namespace anyclaude::lmdb
