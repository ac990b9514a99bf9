// An answer as bytes. The layout is drawn in record_codec.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/digest.h"
#include "storage/lmdb/answer_packer.h"
#include "storage/response_store.h"

namespace anyclaude::lmdb {

inline constexpr std::uint16_t kRecordVersion = 1;

// Why bytes are not an answer. `foreign_version`: whole, but of a format, compression or dictionary that this
// version does not know. `damaged`: anything else; every flipped bit is found.
enum class RecordFault { damaged, foreign_version };

// A checked record, its payload not yet unpacked. The views live as long as the bytes.
struct RecordView {
  Digest128 check;
  std::uint32_t producer_revision = 0;
  std::int64_t created_at_ms = 0;
  std::int64_t expires_at_ms = 0;
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::uint32_t generation_ms = 0;
  std::uint16_t flags = 0;
  std::uint32_t dictionary_id = 0;
  std::uint32_t message_bytes = 0;
  std::string_view model;
  std::string_view canonical_sha256;
  std::string_view payload;
};

// Error{too_large, store} when the message is over limits::kStoredMessageBytesMax or a name over 64 KB.
Status check_storable(const StoredResponse& response);

// Checks everything but the payload's compression. A record moved under another key is damaged.
tl::expected<RecordView, RecordFault> open_record(const Digest128& primary, std::string_view bytes);

// Thread-safe. A store makes one and keeps it: the packer in it is costly to make.
class RecordCodec {
 public:
  // `response` must be storable.
  std::string encode(const CacheKey& key, const StoredResponse& response) const;
  // Records packed without a dictionary are unpacked as well.
  tl::expected<StoredResponse, RecordFault> unpack(const RecordView& record) const;

 private:
  AnswerPacker packer_;
};

}  // namespace anyclaude::lmdb
