#include "storage/lmdb/entry_row.h"

#include "storage/lmdb/byte_layout.h"
#include "storage/lmdb/record_codec.h"

namespace anyclaude::lmdb {
namespace {

constexpr std::size_t kFixedBytes = 74;
// A row must share a page with others; no model has a longer name.
constexpr std::size_t kModelBytesMax = 256;

std::uint64_t bits(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

std::int64_t time_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::int64_t>(read_little_endian<std::uint64_t>(bytes, at));
}

}  // namespace

std::string encode_row(const EntryRow& row) {
  std::string out;
  out.reserve(kFixedBytes + row.model.size());
  append_little_endian(out, row.sequence);
  append_little_endian(out, bits(row.created_at_ms));
  append_little_endian(out, bits(row.expires_at_ms));
  append_little_endian(out, bits(row.last_used_at_ms));
  append_little_endian(out, bits(row.placed_at_ms));
  append_little_endian(out, row.input_tokens);
  append_little_endian(out, row.output_tokens);
  append_little_endian(out, row.hits);
  append_little_endian(out, row.stored_bytes);
  append_little_endian(out, row.message_bytes);
  append_little_endian(out, row.generation_ms);
  append_little_endian(out, row.origin == Origin::imported ? std::uint16_t{1} : std::uint16_t{0});
  return out += std::string_view(row.model).substr(0, kModelBytesMax);
}

std::optional<EntryRow> decode_row(std::string_view bytes) {
  if (bytes.size() < kFixedBytes || bytes.size() > kFixedBytes + kModelBytesMax) return std::nullopt;
  EntryRow row;
  row.sequence = read_little_endian<std::uint64_t>(bytes, 0);
  row.created_at_ms = time_at(bytes, 8);
  row.expires_at_ms = time_at(bytes, 16);
  row.last_used_at_ms = time_at(bytes, 24);
  row.placed_at_ms = time_at(bytes, 32);
  row.input_tokens = read_little_endian<std::uint64_t>(bytes, 40);
  row.output_tokens = read_little_endian<std::uint64_t>(bytes, 48);
  row.hits = read_little_endian<std::uint32_t>(bytes, 56);
  row.stored_bytes = read_little_endian<std::uint32_t>(bytes, 60);
  row.message_bytes = read_little_endian<std::uint32_t>(bytes, 64);
  row.generation_ms = read_little_endian<std::uint32_t>(bytes, 68);
  row.origin = read_little_endian<std::uint16_t>(bytes, 72) == 1 ? Origin::imported : Origin::answered;
  row.model = bytes.substr(kFixedBytes);
  return row;
}

EntryRow row_of(const StoredResponse& response, std::int64_t now_ms, Origin origin) {
  EntryRow row;
  row.created_at_ms = response.created_at_ms;
  row.expires_at_ms = response.expires_at_ms;
  row.last_used_at_ms = now_ms;
  row.input_tokens = response.input_tokens;
  row.output_tokens = response.output_tokens;
  row.message_bytes = static_cast<std::uint32_t>(response.message_json.size());
  row.generation_ms = response.generation_ms;
  row.origin = origin;
  row.model = response.model.substr(0, kModelBytesMax);
  return row;
}

EntryRow row_of(const RecordView& record, std::int64_t now_ms) {
  EntryRow row;
  row.created_at_ms = record.created_at_ms;
  row.expires_at_ms = record.expires_at_ms;
  row.last_used_at_ms = now_ms;
  row.input_tokens = record.input_tokens;
  row.output_tokens = record.output_tokens;
  row.message_bytes = record.message_bytes;
  row.generation_ms = record.generation_ms;
  row.model = record.model.substr(0, kModelBytesMax);
  return row;
}

EntryInfo info_of(const Digest128& key, const EntryRow& row) {
  return {.key = key,
          .model = row.model,
          .created_at_ms = row.created_at_ms,
          .expires_at_ms = row.expires_at_ms,
          .last_used_at_ms = row.last_used_at_ms,
          .hits = row.hits,
          .input_tokens = row.input_tokens,
          .output_tokens = row.output_tokens,
          .generation_ms = row.generation_ms,
          .stored_bytes = row.stored_bytes,
          .message_bytes = row.message_bytes,
          .imported = row.origin == Origin::imported};
}

}  // namespace anyclaude::lmdb
