#include "storage/lmdb/answer_packer.h"

#include <new>

namespace anyclaude::embedded {
extern const std::string_view kAnswerDictionary;
}

namespace anyclaude::lmdb {
namespace {

// One thread of a process packs; unpacking happens in as many threads as there are hits at one moment.
constexpr std::size_t kPackingContextsKept = 2;
constexpr std::size_t kUnpackingContextsKept = 16;

template <typename Dictionary>
Dictionary* made(Dictionary* dictionary) {
  if (dictionary == nullptr) throw std::bad_alloc();
  return dictionary;
}

}  // namespace

std::string_view answer_dictionary() {
  return embedded::kAnswerDictionary;
}

AnswerPacker::AnswerPacker(std::string_view dictionary, int level)
    : packing_dictionary_(made(ZSTD_createCDict(dictionary.data(), dictionary.size(), level))),
      unpacking_dictionary_(made(ZSTD_createDDict(dictionary.data(), dictionary.size()))),
      packing_contexts_(kPackingContextsKept),
      unpacking_contexts_(kUnpackingContextsKept) {}

std::string AnswerPacker::pack(std::string_view text) const {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const auto context = packing_contexts_.lend();
  // The record names the dictionary; the frame need not.
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_dictIDFlag, 0);
  ZSTD_CCtx_refCDict(context.get(), packing_dictionary_.get());
  const std::size_t size = ZSTD_compress2(context.get(), out.data(), out.size(), text.data(), text.size());
  if (ZSTD_isError(size) || size >= text.size()) return {};
  out.resize(size);
  return out;
}

bool AnswerPacker::unpack(std::string_view packed, PackedWith with, std::string& text) const {
  const auto context = unpacking_contexts_.lend();
  const std::size_t size =
      with == PackedWith::dictionary
          ? ZSTD_decompress_usingDDict(context.get(), text.data(), text.size(), packed.data(), packed.size(),
                                       unpacking_dictionary_.get())
          : ZSTD_decompressDCtx(context.get(), text.data(), text.size(), packed.data(), packed.size());
  return !ZSTD_isError(size) && size == text.size();
}

}  // namespace anyclaude::lmdb
