// What is known of an answer without its record: where that lies, and all that listings, eviction and expiry
// ask for. Counting a hit writes this row alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/response_store.h"

namespace anyclaude::lmdb {

struct RecordView;

enum class Origin { answered, imported };

// Little-endian, in this order, then the model's name to the end.
struct EntryRow {
  std::uint64_t sequence = 0;  // of its record in the log
  std::int64_t created_at_ms = 0;
  std::int64_t expires_at_ms = 0;
  std::int64_t last_used_at_ms = 0;
  std::int64_t placed_at_ms = 0;  // a use after this earns it a second chance
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::uint32_t hits = 0;
  std::uint32_t stored_bytes = 0;  // of the record and its key
  std::uint32_t message_bytes = 0;
  std::uint32_t generation_ms = 0;
  Origin origin = Origin::answered;  // 2 bytes
  std::string model;
};

std::string encode_row(const EntryRow& row);
// Nothing when the bytes are not a row.
std::optional<EntryRow> decode_row(std::string_view bytes);

EntryRow row_of(const StoredResponse& response, std::int64_t now_ms, Origin origin);
EntryRow row_of(const RecordView& record, std::int64_t now_ms);
EntryInfo info_of(const Digest128& key, const EntryRow& row);

}  // namespace anyclaude::lmdb
