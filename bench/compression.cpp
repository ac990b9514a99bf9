// What the dictionary gains on answers it was not made from, what packing and unpacking cost, and what other
// levels would.
#include <zstd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "answer_samples.h"
#include "storage/lmdb/answer_packer.h"

namespace anyclaude::bench {
namespace {

using lmdb::AnswerPacker;
using PackedWith = AnswerPacker::PackedWith;

struct SizeClass {
  const char* name;
  std::size_t from_bytes;
  std::size_t to_bytes;
};
constexpr SizeClass kClasses[] = {{"< 512 B", 0, 512},
                                  {"512 B - 2 KB", 512, 2'048},
                                  {"2 - 16 KB", 2'048, 16'384},
                                  {"16 - 100 KB", 16'384, 102'400}};
constexpr std::chrono::milliseconds kMeasuredFor{150};

std::vector<std::string> texts_in(const SampleSet& set, std::size_t from_bytes, std::size_t to_bytes) {
  std::vector<std::string> texts;
  for (const std::string& text : set.texts)
    if (text.size() >= from_bytes && text.size() < to_bytes) texts.push_back(text);
  return texts;
}

std::size_t bytes_of(const std::vector<std::string>& texts) {
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  return bytes;
}

// Microseconds that one text takes in the fastest of many passes over all of them: whatever else the machine
// does only adds to the others.
template <typename Work>
double microseconds_each(std::size_t texts, Work work) {
  using Clock = std::chrono::steady_clock;
  auto fastest = Clock::duration::max();
  const auto end = Clock::now() + kMeasuredFor;
  for (auto start = Clock::now(); start < end; start = Clock::now()) {
    for (std::size_t i = 0; i < texts; ++i) work(i);
    fastest = std::min(fastest, Clock::now() - start);
  }
  return std::chrono::duration<double, std::micro>(fastest).count() / static_cast<double>(texts);
}

struct Measured {
  double bytes = 0;  // mean of what is stored
  double pack_us = 0;
  double unpack_us = 0;
};

// The library alone, at the same level, with contexts that are kept.
class PlainZstd {
 public:
  PlainZstd() : packing_(ZSTD_createCCtx()), unpacking_(ZSTD_createDCtx()) {}
  ~PlainZstd() {
    ZSTD_freeCCtx(packing_);
    ZSTD_freeDCtx(unpacking_);
  }
  PlainZstd(const PlainZstd&) = delete;
  PlainZstd& operator=(const PlainZstd&) = delete;

  std::string pack(const std::string& text) const {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(
        ZSTD_compressCCtx(packing_, out.data(), out.size(), text.data(), text.size(), lmdb::kPackingLevel));
    return out;
  }
  bool unpack(const std::string& packed, PackedWith, std::string& out) const {
    return ZSTD_decompressDCtx(unpacking_, out.data(), out.size(), packed.data(), packed.size()) ==
           out.size();
  }

 private:
  ZSTD_CCtx* packing_;
  ZSTD_DCtx* unpacking_;
};

template <typename Packer>
Measured measure(const Packer& packer, const std::vector<std::string>& texts) {
  std::vector<std::string> packed;
  for (const std::string& text : texts) {
    packed.push_back(packer.pack(text));
    if (packed.back().empty()) packed.back() = text;
  }
  Measured found;
  found.bytes = static_cast<double>(bytes_of(packed)) / static_cast<double>(texts.size());
  found.pack_us = microseconds_each(texts.size(), [&](std::size_t i) { (void)packer.pack(texts[i]); });
  std::string out;
  found.unpack_us = microseconds_each(texts.size(), [&](std::size_t i) {
    if (packed[i].size() == texts[i].size()) return;
    out.resize(texts[i].size());
    if (!packer.unpack(packed[i], PackedWith::dictionary, out)) std::abort();
  });
  return found;
}

void print_row(const char* set, const char* size, const std::vector<std::string>& texts,
               const AnswerPacker& packer) {
  if (texts.empty()) return;
  const double raw = static_cast<double>(bytes_of(texts)) / static_cast<double>(texts.size());
  const Measured without = measure(PlainZstd(), texts), with = measure(packer, texts);
  std::printf("| %s | %s | %zu | %.0f | %.0f | %.0f | %.2f | %.1f | %.1f | %.1f | %.1f | %.0f | %.0f |\n",
              set, size, texts.size(), raw, without.bytes, with.bytes, without.bytes / with.bytes,
              without.pack_us, with.pack_us, without.unpack_us, with.unpack_us, raw / with.pack_us,
              raw / with.unpack_us);
}

void print_sizes(const std::vector<SampleSet>& sets, const AnswerPacker& packer) {
  std::printf(
      "| answers | of | number | raw, bytes | plain zstd | dictionary | plain / dictionary | pack, plain, us "
      "| pack, us | "
      "unpack, plain, us | unpack, us | pack, MB/s | unpack, MB/s |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const SampleSet& set : sets) {
    for (const SizeClass& size : kClasses)
      print_row(set.name.c_str(), size.name, texts_in(set, size.from_bytes, size.to_bytes), packer);
    print_row(set.name.c_str(), "all < 2 KB", texts_in(set, 0, 2'048), packer);
  }
}

void print_levels(const std::vector<SampleSet>& sets) {
  std::printf(
      "\n| level | < 2 KB, bytes | pack, us | 2 - 16 KB, bytes | pack, us | 16 - 100 KB, bytes | pack, us |\n"
      "|---|---|---|---|---|---|---|\n");
  // Real code and prose alone: synthetic answers flatter every level.
  std::vector<std::string> all;
  for (const SampleSet& set : sets)
    if (&set != &sets.front()) all.insert(all.end(), set.texts.begin(), set.texts.end());
  const SampleSet real{"real", all};
  for (const int level : {1, 3, 4, 5, 6, 7, 9, 12, 19}) {
    const AnswerPacker packer(lmdb::answer_dictionary(), level);
    std::printf("| %d |", level);
    for (const auto& [from, to] : {std::pair{0u, 2'048u}, {2'048u, 16'384u}, {16'384u, 102'400u}}) {
      const Measured found = measure(packer, texts_in(real, from, to));
      std::printf(" %.0f | %.1f |", found.bytes, found.pack_us);
    }
    std::printf("\n");
  }
}

// What keeping contexts saves: the library's one-call functions make one each time.
void print_contexts(const SampleSet& set) {
  const PlainZstd plain;
  const std::vector<std::string> texts = texts_in(set, 0, 2'048);
  std::vector<std::string> packed;
  for (const std::string& text : texts) packed.push_back(plain.pack(text));
  std::string out(2'048, '\0');
  const double fresh = microseconds_each(texts.size(), [&](std::size_t i) {
    if (ZSTD_isError(ZSTD_decompress(out.data(), out.size(), packed[i].data(), packed[i].size())))
      std::abort();
  });
  const double kept = microseconds_each(texts.size(), [&](std::size_t i) {
    out.resize(texts[i].size());
    if (!plain.unpack(packed[i], PackedWith::plain_zstd, out)) std::abort();
  });
  std::printf(
      "\nUnpacking an answer under 2 KB: %.1f us with a context made for it, %.1f us with one that is "
      "kept.\n",
      fresh, kept);
}

int run() {
  const std::vector<SampleSet> sets = sample_sets();
  const AnswerPacker packer;
  const double made_us = microseconds_each(1, [](std::size_t) { const AnswerPacker made; });
  std::printf(
      "zstd %s, level %d, dictionary %u of %zu bytes; making the packer takes %.0f us, once for each store.\n"
      "One thread; each figure is a mean over all answers of its row, times in the fastest pass within %lld "
      "ms.\n\n",
      ZSTD_versionString(), lmdb::kPackingLevel, lmdb::kAnswerDictionaryId, lmdb::answer_dictionary().size(),
      made_us, static_cast<long long>(kMeasuredFor.count()));
  print_sizes(sets, packer);
  print_levels(sets);
  print_contexts(sets.back());
  return 0;
}

}  // namespace
}  // namespace anyclaude::bench

int main() {
  return anyclaude::bench::run();
}
