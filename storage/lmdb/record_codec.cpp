// A record, version 1. Integers are little-endian.
//
//    offset  size  field
//         0     4  magic "acr\n"
//         4     2  format version
//         6     2  flags: bit 0, the payload is compressed with zstd
//         8     8  checksum: XXH3-64 of the key's 16 bytes and of every byte of the record but these 8
//     - - - - - - -  the 16 bytes above mean the same in every version  - - - - - - -
//        16     4  dictionary id: 0, none; kAnswerDictionaryId of answer_packer.h
//        20     4  producer revision
//        24    16  check digest, as Digest128::bytes()
//        40     8  created at, milliseconds since the Unix epoch
//        48     8  expires at, likewise
//        56     8  input tokens
//        64     8  output tokens
//        72     4  generation time, milliseconds
//        76     4  bytes of the message when unpacked
//        80     2  bytes of the model's name
//        82     2  bytes of the canonical request's SHA-256 in hexadecimal
//        84        model's name, SHA-256, payload (to the end)
//
// The payload is the message's JSON text, compressed when that makes it smaller.

#include "storage/lmdb/record_codec.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/limits.h"
#include "storage/lmdb/byte_layout.h"

namespace anyclaude::lmdb {
namespace {

constexpr std::string_view kMagic = "acr\n";
constexpr std::size_t kChecksumAt = 8;
constexpr std::size_t kCommonBytes = 16;
constexpr std::size_t kHeaderBytes = 84;
constexpr std::uint16_t kZstdFlag = 1;

std::uint64_t checksum(const Digest128& primary, std::string_view record) {
  std::array<char, 16 + kChecksumAt> head{};
  const auto key = primary.bytes();
  std::copy(key.begin(), key.end(), head.begin());
  std::copy_n(record.begin(), kChecksumAt, head.begin() + 16);
  const std::uint64_t seed = XXH3_64bits(head.data(), head.size());
  const std::string_view rest = record.substr(kCommonBytes);
  return XXH3_64bits_withSeed(rest.data(), rest.size(), seed);
}

}  // namespace

Status check_storable(const StoredResponse& response) {
  constexpr std::size_t kNameBytesMax = std::numeric_limits<std::uint16_t>::max();
  if (response.message_json.size() > limits::kStoredMessageBytesMax ||
      response.model.size() > kNameBytesMax || response.canonical_sha256.size() > kNameBytesMax)
    return fail(ErrorKind::too_large, ErrorSource::store, "The answer is too large for the store.");
  return {};
}

std::string RecordCodec::encode(const CacheKey& key, const StoredResponse& response) const {
  const std::string packed = packer_.pack(response.message_json);
  const std::string_view payload = packed.empty() ? std::string_view(response.message_json) : packed;
  const auto check = key.check.bytes();
  std::string out;
  out.reserve(kHeaderBytes + response.model.size() + response.canonical_sha256.size() + payload.size());
  out += kMagic;
  append_little_endian(out, kRecordVersion);
  append_little_endian(out, packed.empty() ? std::uint16_t{0} : kZstdFlag);
  append_little_endian(out, std::uint64_t{0});
  append_little_endian(out, packed.empty() ? kNoDictionaryId : kAnswerDictionaryId);
  append_little_endian(out, response.producer_revision);
  out.append(check.data(), check.size());
  append_little_endian(out, static_cast<std::uint64_t>(response.created_at_ms));
  append_little_endian(out, static_cast<std::uint64_t>(response.expires_at_ms));
  append_little_endian(out, response.input_tokens);
  append_little_endian(out, response.output_tokens);
  append_little_endian(out, response.generation_ms);
  append_little_endian(out, static_cast<std::uint32_t>(response.message_json.size()));
  append_little_endian(out, static_cast<std::uint16_t>(response.model.size()));
  append_little_endian(out, static_cast<std::uint16_t>(response.canonical_sha256.size()));
  out += response.model;
  out += response.canonical_sha256;
  out += payload;
  std::string sum;
  append_little_endian(sum, checksum(key.primary, out));
  out.replace(kChecksumAt, sum.size(), sum);
  return out;
}

tl::expected<RecordView, RecordFault> open_record(const Digest128& primary, std::string_view bytes) {
  if (bytes.size() < kCommonBytes || !bytes.starts_with(kMagic) ||
      read_little_endian<std::uint64_t>(bytes, kChecksumAt) != checksum(primary, bytes))
    return tl::unexpected(RecordFault::damaged);
  if (read_little_endian<std::uint16_t>(bytes, 4) != kRecordVersion)
    return tl::unexpected(RecordFault::foreign_version);
  if (bytes.size() < kHeaderBytes) return tl::unexpected(RecordFault::damaged);
  RecordView record;
  record.flags = read_little_endian<std::uint16_t>(bytes, 6);
  record.dictionary_id = read_little_endian<std::uint32_t>(bytes, 16);
  if ((record.flags & ~kZstdFlag) != 0 ||
      (record.dictionary_id != kNoDictionaryId && record.dictionary_id != kAnswerDictionaryId))
    return tl::unexpected(RecordFault::foreign_version);
  record.producer_revision = read_little_endian<std::uint32_t>(bytes, 20);
  std::array<char, 16> check{};
  std::copy_n(bytes.begin() + 24, check.size(), check.begin());
  record.check = Digest128::from_bytes(check);
  record.created_at_ms = static_cast<std::int64_t>(read_little_endian<std::uint64_t>(bytes, 40));
  record.expires_at_ms = static_cast<std::int64_t>(read_little_endian<std::uint64_t>(bytes, 48));
  record.input_tokens = read_little_endian<std::uint64_t>(bytes, 56);
  record.output_tokens = read_little_endian<std::uint64_t>(bytes, 64);
  record.generation_ms = read_little_endian<std::uint32_t>(bytes, 72);
  record.message_bytes = read_little_endian<std::uint32_t>(bytes, 76);
  const std::size_t model_bytes = read_little_endian<std::uint16_t>(bytes, 80);
  const std::size_t sha_bytes = read_little_endian<std::uint16_t>(bytes, 82);
  if (bytes.size() < kHeaderBytes + model_bytes + sha_bytes) return tl::unexpected(RecordFault::damaged);
  record.model = bytes.substr(kHeaderBytes, model_bytes);
  record.canonical_sha256 = bytes.substr(kHeaderBytes + model_bytes, sha_bytes);
  record.payload = bytes.substr(kHeaderBytes + model_bytes + sha_bytes);
  return record;
}

tl::expected<StoredResponse, RecordFault> RecordCodec::unpack(const RecordView& record) const {
  if (record.message_bytes > limits::kStoredMessageBytesMax) return tl::unexpected(RecordFault::damaged);
  StoredResponse response;
  if ((record.flags & kZstdFlag) != 0) {
    response.message_json.resize(record.message_bytes);
    const auto with = record.dictionary_id == kNoDictionaryId ? AnswerPacker::PackedWith::plain_zstd
                                                              : AnswerPacker::PackedWith::dictionary;
    if (!packer_.unpack(record.payload, with, response.message_json))
      return tl::unexpected(RecordFault::damaged);
  } else {
    if (record.payload.size() != record.message_bytes) return tl::unexpected(RecordFault::damaged);
    response.message_json = record.payload;
  }
  response.model = record.model;
  response.canonical_sha256 = record.canonical_sha256;
  response.created_at_ms = record.created_at_ms;
  response.expires_at_ms = record.expires_at_ms;
  response.producer_revision = record.producer_revision;
  response.input_tokens = record.input_tokens;
  response.output_tokens = record.output_tokens;
  response.generation_ms = record.generation_ms;
  return response;
}

}  // namespace anyclaude::lmdb
