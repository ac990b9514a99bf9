// The bytes of a record: fixed for version 1, and no flipped bit unnoticed.
#include "storage/lmdb/record_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <xxhash.h>
#include <zdict.h>
#include <zstd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/hex.h"
#include "base/limits.h"
#include "storage/lmdb/byte_layout.h"
#include "tests/fakes/fake_clock.h"
#include "tests/storage/answers.h"
#include "tests/storage/resealed_record.h"

namespace anyclaude::lmdb {
namespace {

constexpr CacheKey kKey{{0x0123456789abcdef, 0xfedcba9876543210}, {0x1111111111111111, 0x2222222222222222}};

const RecordCodec& codec() {
  static const RecordCodec shared;
  return shared;
}

StoredResponse short_answer() {
  StoredResponse response;
  response.message_json = R"({"content":[]})";  // too short for compression to gain anything
  response.model = "m1";
  response.canonical_sha256 = "ab";
  response.created_at_ms = 1'767'225'600'000;
  response.expires_at_ms = 1'767'312'000'000;
  response.producer_revision = 7;
  response.input_tokens = 21'000;
  response.output_tokens = 300;
  response.generation_ms = 1'500;
  return response;
}

tl::expected<StoredResponse, RecordFault> decode(const Digest128& primary, std::string_view bytes) {
  const auto record = open_record(primary, bytes);
  if (!record) return tl::unexpected(record.error());
  return codec().unpack(*record);
}

std::string resealed(std::string record) {
  return lmdb::resealed(kKey.primary, std::move(record));
}

// If this fails, the layout has changed: raise kRecordVersion, or every stored answer is lost or, worse,
// misread.
TEST(RecordCodec, GoldenBytes) {
  EXPECT_EQ(to_hex(codec().encode(kKey, short_answer())),
            "6163720a"                          // magic
            "0100"                              // version
            "0000"                              // flags: plain payload
            "d4f501c75457c3d7"                  // checksum
            "00000000"                          // dictionary
            "07000000"                          // producer revision
            "11111111111111112222222222222222"  // check digest
            "00a8da769b010000"                  // created
            "0004017c9b010000"                  // expires
            "0852000000000000"                  // input tokens
            "2c01000000000000"                  // output tokens
            "dc050000"                          // generation time
            "0e000000"                          // message bytes
            "0200"                              // model's bytes
            "0200"                              // SHA-256's bytes
            "6d31"                              // m1
            "6162"                              // ab
            "7b22636f6e74656e74223a5b5d7d");    // {"content":[]}
}

TEST(RecordCodec, ReadsBackWhatItWrote) {
  const FakeClock clock;
  for (const std::size_t bytes : {0u, 1u, 100u, 5'000u, 300'000u}) {
    const StoredResponse written = answer(clock, noise(bytes, bytes));
    const auto read = decode(kKey.primary, codec().encode(kKey, written));
    ASSERT_TRUE(read) << bytes;
    EXPECT_TRUE(same(*read, written)) << bytes;
  }
}

RC_GTEST_PROP(RecordCodec, ReadsBackAnyAnswer, ()) {
  StoredResponse written;
  written.message_json = *rc::gen::arbitrary<std::string>();
  written.model = *rc::gen::arbitrary<std::string>();
  written.canonical_sha256 = *rc::gen::arbitrary<std::string>();
  written.created_at_ms = *rc::gen::arbitrary<std::int64_t>();
  written.expires_at_ms = *rc::gen::arbitrary<std::int64_t>();
  written.producer_revision = *rc::gen::arbitrary<std::uint32_t>();
  written.input_tokens = *rc::gen::arbitrary<std::uint64_t>();
  written.output_tokens = *rc::gen::arbitrary<std::uint64_t>();
  written.generation_ms = *rc::gen::arbitrary<std::uint32_t>();
  const auto read = decode(kKey.primary, codec().encode(kKey, written));
  RC_ASSERT(read.has_value());
  RC_ASSERT(same(*read, written));
}

TEST(RecordCodec, CompressesWhatIsWorthIt) {
  const FakeClock clock;
  const StoredResponse written = answer(clock, std::string(10'000, 'a'));
  const std::string record = codec().encode(kKey, written);
  EXPECT_LT(record.size(), 400u);
  EXPECT_TRUE(same(decode(kKey.primary, record).value(), written));
}

// As version 1 was written before there was a dictionary.
std::string packed_without_dictionary(const StoredResponse& response) {
  std::string record = codec().encode(kKey, response);
  const auto view = open_record(kKey.primary, record).value();
  record.resize(record.size() - view.payload.size());
  record.replace(16, 4, std::string(4, '\0'));
  std::string payload(ZSTD_compressBound(response.message_json.size()), '\0');
  payload.resize(ZSTD_compress(payload.data(), payload.size(), response.message_json.data(),
                               response.message_json.size(), 3));
  return resealed(record + payload);
}

TEST(RecordCodec, RecordsPackedWithoutADictionaryAreStillRead) {
  const FakeClock clock;
  const StoredResponse written = answer(clock, std::string(900, 'a') + noise(3, 300));
  const std::string record = packed_without_dictionary(written);
  EXPECT_EQ(open_record(kKey.primary, record)->dictionary_id, kNoDictionaryId);
  EXPECT_TRUE(same(decode(kKey.primary, record).value(), written));
}

TEST(RecordCodec, APayloadOfAnotherDictionaryIsNeverTakenForWhole) {
  const FakeClock clock;
  const StoredResponse written = answer(clock, "Let me run the tests to see what fails.");
  std::string record = codec().encode(kKey, written);
  ASSERT_EQ(open_record(kKey.primary, record)->dictionary_id, kAnswerDictionaryId);
  record.replace(16, 4, std::string(4, '\0'));  // as if packed without
  EXPECT_EQ(decode(kKey.primary, resealed(record)).error(), RecordFault::damaged);
  record.replace(16, 4, std::string(4, '\x7f'));  // one that nobody has
  EXPECT_EQ(decode(kKey.primary, resealed(record)).error(), RecordFault::foreign_version);
}

// Stores name the dictionary by its number alone: under it these bytes stay what they are for ever. If this
// fails, give the new dictionary the next number and keep the old one to read with.
TEST(RecordCodec, TheDictionaryIsTheOneItsNumberNames) {
  const std::string_view dictionary = answer_dictionary();
  EXPECT_EQ(ZDICT_getDictID(dictionary.data(), dictionary.size()), kAnswerDictionaryId);
  EXPECT_EQ(kAnswerDictionaryId, 40'001u);
  EXPECT_EQ(XXH3_64bits(dictionary.data(), dictionary.size()), 2972180428522371663u);
}

// Written by hand, about things that the dictionary's makers did not write about.
TEST(RecordCodec, ShortAnswersAreHalfAgainSmallerThanWithoutTheDictionary) {
  std::ifstream lines(ANYCLAUDE_TEST_DATA "/answers/handwritten.jsonl");
  std::size_t plain_bytes = 0, packed_bytes = 0, answers = 0;
  for (std::string line; std::getline(lines, line); ++answers) {
    const std::string text = nlohmann::json::parse(line).dump();
    ASSERT_LT(text.size(), 2'048u);
    std::string plain(ZSTD_compressBound(text.size()), '\0');
    plain_bytes += ZSTD_compress(plain.data(), plain.size(), text.data(), text.size(), kPackingLevel);
    StoredResponse response = short_answer();
    response.message_json = text;
    const std::string record = codec().encode(kKey, response);
    packed_bytes += open_record(kKey.primary, record)->payload.size();
    EXPECT_EQ(decode(kKey.primary, record)->message_json, text);
  }
  EXPECT_GT(answers, 20u);
  EXPECT_GT(static_cast<double>(plain_bytes), 1.5 * static_cast<double>(packed_bytes));
}

TEST(RecordCodec, ManyThreadsPackAndUnpackAtOnce) {
  const FakeClock clock;
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < 8; ++thread)
    threads.emplace_back([&clock, thread] {
      for (std::uint64_t round = 0; round < 50; ++round) {
        const StoredResponse written = answer(clock, noise(thread * 100 + round, 100 + round * 50));
        EXPECT_TRUE(same(decode(kKey.primary, codec().encode(kKey, written)).value(), written));
      }
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(RecordCodec, EveryFlippedBitIsFound) {
  const FakeClock clock;
  for (const StoredResponse& written : {short_answer(), answer(clock, noise(5, 600))}) {
    std::string record = codec().encode(kKey, written);
    for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
      const auto mask = static_cast<char>(1 << (bit % 8));
      record[bit / 8] = static_cast<char>(record[bit / 8] ^ mask);
      const auto read = open_record(kKey.primary, record);
      ASSERT_FALSE(read) << "bit " << bit;
      EXPECT_EQ(read.error(), RecordFault::damaged) << "bit " << bit;
      record[bit / 8] = static_cast<char>(record[bit / 8] ^ mask);
    }
    EXPECT_TRUE(open_record(kKey.primary, record));
  }
}

TEST(RecordCodec, EveryTruncationAndExtensionIsFound) {
  const std::string record = codec().encode(kKey, short_answer());
  for (std::size_t size = 0; size < record.size(); ++size)
    EXPECT_FALSE(open_record(kKey.primary, record.substr(0, size))) << size;
  EXPECT_FALSE(open_record(kKey.primary, record + '\0'));
}

TEST(RecordCodec, ARecordUnderAnotherKeyIsDamaged) {
  const std::string record = codec().encode(kKey, short_answer());
  EXPECT_EQ(open_record(kKey.check, record).error(), RecordFault::damaged);
}

TEST(RecordCodec, WholeRecordsOfOtherVersionsAreForeignAndNotDamaged) {
  const std::string record = codec().encode(kKey, short_answer());
  ASSERT_EQ(resealed(record), record);
  for (const std::size_t at : {4u /*version*/, 6u /*flags*/, 16u /*dictionary*/}) {
    std::string changed = record;
    changed[at] = static_cast<char>(changed[at] ^ 6);
    const auto read = open_record(kKey.primary, resealed(changed));
    ASSERT_FALSE(read) << at;
    EXPECT_EQ(read.error(), RecordFault::foreign_version) << at;
  }
}

// A checksum that fits proves nothing about who wrote it: lengths are checked all the same.
TEST(RecordCodec, SealedNonsenseIsDamagedAndNeverReadBeyondItsEnd) {
  const FakeClock clock;
  const std::string record = codec().encode(kKey, answer(clock, noise(9, 2'000)));
  std::mt19937_64 random(20'260'101);
  for (int round = 0; round < 5'000; ++round) {
    std::string changed = record.substr(0, 16 + random() % (record.size() - 15));
    for (int flip = 0; flip < 3; ++flip) {
      const std::size_t at = 16 + random() % std::max<std::size_t>(changed.size() - 16, 1);
      if (at < changed.size()) changed[at] = static_cast<char>(random());
    }
    const auto read = decode(kKey.primary, resealed(changed));
    if (read) {
      EXPECT_LE(read->message_json.size(), limits::kStoredMessageBytesMax);
    }
  }
}

}  // namespace
}  // namespace anyclaude::lmdb
