#include "storage/lmdb/record_log.h"

#include <algorithm>
#include <vector>

#include "storage/lmdb/byte_layout.h"

namespace anyclaude::lmdb {
namespace {

constexpr std::size_t kDigestBytes = 16;
constexpr std::size_t kPieceKeyBytes = sizeof(std::uint64_t) + sizeof(std::uint16_t);
// Pieces that share a page. Small ones leave less of it unfilled.
constexpr std::size_t kSharedPieceBytesMax = 1'000;

std::string piece_key(std::uint64_t sequence, std::size_t piece) {
  std::string out;
  append_big_endian(out, sequence);
  append_big_endian(out, static_cast<std::uint16_t>(piece));
  return out;
}

std::string sequence_prefix(std::uint64_t sequence) {
  std::string out;
  append_big_endian(out, sequence);
  return out;
}

// A piece that nearly fills a page gets one of its own.
std::size_t next_piece_bytes(std::size_t left, std::size_t page_bytes) {
  const std::size_t whole = page_bytes - kPageHeadBytes;
  return std::min(left, left > whole - whole / 10 ? whole : kSharedPieceBytesMax);
}

}  // namespace

int RecordLog::next_sequence(Transaction& txn, std::uint64_t& sequence) const {
  sequence = 0;
  Cursor cursor;
  if (const int code = cursor.open(txn, tables_.records); code != 0) return code;
  const int code = cursor.last();
  if (code != 0) return code == MDB_NOTFOUND ? 0 : code;
  if (cursor.key().size() != kPieceKeyBytes) return MDB_CORRUPTED;
  sequence = read_big_endian<std::uint64_t>(cursor.key(), 0) + 1;
  return 0;
}

int RecordLog::append(Transaction& txn, const Digest128& key, std::string_view record,
                      std::uint64_t& sequence) const {
  if (const int code = next_sequence(txn, sequence); code != 0) return code;
  TableFacts facts;
  if (const int code = table_facts(txn, tables_.records, facts); code != 0) return code;
  const auto digest = key.bytes();
  std::string bytes(digest.data(), digest.size());
  bytes += record;
  std::string_view rest = bytes;
  for (std::size_t piece = 0; !rest.empty(); ++piece) {
    const std::size_t size = next_piece_bytes(rest.size(), facts.page_bytes);
    const int code = append_value(txn, tables_.records, piece_key(sequence, piece), rest.substr(0, size));
    if (code != 0) return code;
    rest.remove_prefix(size);
  }
  return 0;
}

int RecordLog::read(Transaction& txn, const Digest128& key, std::uint64_t sequence, std::size_t bytes,
                    std::optional<std::string>& record) const {
  record.reset();
  Cursor cursor;
  if (const int code = cursor.open(txn, tables_.records); code != 0) return code;
  const std::string prefix = sequence_prefix(sequence);
  int code = cursor.seek(piece_key(sequence, 0));
  if (code != 0 || !cursor.key().starts_with(prefix) || digest_at(cursor.value(), 0) != key)
    return code == MDB_NOTFOUND ? 0 : code;
  std::string out;
  out.reserve(bytes);
  out = cursor.value().substr(kDigestBytes);
  for (code = cursor.next(); code == 0 && cursor.key().starts_with(prefix); code = cursor.next())
    out += cursor.value();
  record = std::move(out);
  return code == MDB_NOTFOUND ? 0 : code;
}

int RecordLog::remove(Transaction& txn, std::uint64_t sequence) const {
  const std::string prefix = sequence_prefix(sequence);
  Cursor cursor;
  if (const int code = cursor.open(txn, tables_.records); code != 0) return code;
  int code = cursor.seek(prefix);
  while (code == 0 && cursor.key().starts_with(prefix)) {
    if (const int gone = cursor.erase(); gone != 0) return gone;
    code = cursor.seek(prefix);
  }
  return code == MDB_NOTFOUND ? 0 : code;
}

int RecordLog::first(Transaction& txn, std::optional<Place>& place) const {
  place.reset();
  Cursor cursor;
  if (const int code = cursor.open(txn, tables_.records); code != 0) return code;
  const int code = cursor.seek({});
  if (code != 0) return code == MDB_NOTFOUND ? 0 : code;
  if (cursor.key().size() != kPieceKeyBytes) return MDB_CORRUPTED;
  place = Place{read_big_endian<std::uint64_t>(cursor.key(), 0), std::nullopt};
  if (read_big_endian<std::uint16_t>(cursor.key(), sizeof(std::uint64_t)) == 0)
    place->key = digest_at(cursor.value(), 0);
  return 0;
}

}  // namespace anyclaude::lmdb
