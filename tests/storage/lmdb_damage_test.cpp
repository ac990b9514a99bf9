// Bits that turn on the disk: what is found is right or missing, and verify names exactly what is damaged.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <string>

#include "storage/lmdb/lmdb_store.h"
#include "storage/lmdb/record_codec.h"
#include "tests/fakes/fake_clock.h"
#include "tests/storage/answers.h"
#include "tests/storage/temporary_directory.h"

namespace anyclaude {
namespace {

constexpr std::uint64_t kAnswers = 40;

// Records of a few hundred bytes share a page, those of many thousand have pages of their own.
StoredResponse answer_number(const Clock& clock, std::uint64_t number) {
  return answer(clock, noise(number, 50 + number * number * 11));
}

class TurnedBits : public testing::Test {
 protected:
  TurnedBits() {
    const auto store = open();
    for (std::uint64_t number = 0; number < kAnswers; ++number)
      EXPECT_TRUE(store->responses().begin_write(key_number(number))->commit(answer_number(clock_, number)));
    EXPECT_TRUE(store->responses().flush());
  }

  std::unique_ptr<LmdbStore> open() {
    auto store = LmdbStore::open({.directory = directory_.path()}, clock_);
    if (!store) ADD_FAILURE() << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  std::string read_file() {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write_file(const std::string& bytes) {
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << bytes;
  }
  // Turns one bit of the record wherever the file holds a copy of it: earlier pages lie about until reused. A
  // record lies in pieces, so it is found by what surrounds the bit.
  void turn_a_bit(std::string& bytes, std::uint64_t number, std::mt19937_64& random) {
    const std::string record = codec_.encode(key_number(number), answer_number(clock_, number));
    std::size_t copies = 0;
    for (int attempt = 0; attempt < 100 && copies == 0; ++attempt)
      copies = turn_bit(bytes, record, random() % (record.size() * 8));
    EXPECT_GT(copies, 0u) << "record " << number << " is not in the file";
  }
  static std::size_t turn_bit(std::string& bytes, const std::string& record, std::size_t bit) {
    constexpr std::size_t kShown = 48;  // no two records have so many bytes in common
    const std::size_t begin = bit / 8 < kShown ? 0 : bit / 8 - kShown;
    const std::string shown = record.substr(begin, 2 * kShown);
    std::size_t copies = 0;
    for (std::size_t at = bytes.find(shown); at != std::string::npos;
         at = bytes.find(shown, at + 1), ++copies) {
      char& turned = bytes[at + bit / 8 - begin];
      turned = static_cast<char>(turned ^ (1 << (bit % 8)));
    }
    return copies;
  }

  const lmdb::RecordCodec codec_;
  FakeClock clock_;
  TemporaryDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "data.mdb";
};

TEST_F(TurnedBits, AreMissesAndAreNamedAndHurtNobodyElse) {
  const std::string sound = read_file();
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    std::mt19937_64 random(seed);
    std::string bytes = sound;
    std::set<std::uint64_t> damaged;
    while (damaged.size() < 3)
      if (const std::uint64_t number = random() % kAnswers; damaged.insert(number).second)
        turn_a_bit(bytes, number, random);
    write_file(bytes);
    const auto store = open();
    ASSERT_TRUE(store) << "seed " << seed;
    for (std::uint64_t number = 0; number < kAnswers; ++number) {
      const auto found = store->responses().find(key_number(number));
      ASSERT_TRUE(found) << "seed " << seed;
      ASSERT_EQ(found->has_value(), !damaged.contains(number)) << number << ", seed " << seed;
      if (*found) {
        ASSERT_TRUE(same(**found, answer_number(clock_, number))) << number << ", seed " << seed;
      }
    }
    const auto verified = store->maintenance().verify();
    ASSERT_TRUE(verified);
    std::vector<Digest128> expected;
    for (const std::uint64_t number : damaged) expected.push_back(key_number(number).primary);
    EXPECT_TRUE(std::ranges::is_permutation(verified->damaged, expected)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace anyclaude
