#include "storage/lmdb/lmdb_states.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "storage/state_checks.h"

namespace anyclaude::lmdb {
namespace {

constexpr std::size_t kListedAtOnce = 256;

// A table whose name is a copy, for jobs that may outlive their caller's patience.
class OwnedTable {
 public:
  explicit OwnedTable(const StateTable& table) : name_(table.name), table_(table) {}
  StateTable get() const {
    StateTable out = table_;
    out.name = name_;
    return out;
  }

 private:
  std::string name_;
  StateTable table_;
};

}  // namespace

Result<std::optional<std::string>> LmdbStates::get(const StateTable& table, std::string_view key) {
  if (auto checked = check_state_key(table, key); !checked) return tl::unexpected(checked.error());
  const auto reading = environment_.begin_read();
  if (!reading) return tl::unexpected(reading.error());
  std::optional<std::string> value;
  if (const int code = tables_.get(reading->get(), table, key, value); code != 0)
    return tl::unexpected(environment_.error(code, "read"));
  return value;
}

Status LmdbStates::put(const StateTable& table, std::string_view key, std::string_view value) {
  if (auto checked = check_state_entry(table, key, value); !checked) return checked;
  const Status status = writer_.run(
      [tables = tables_, table = OwnedTable(table), key = std::string(key),
       value = std::string(value)](Transaction& txn) { return tables.put(txn, table.get(), key, value); });
  if (status) note_kept(table, key, value);
  return status;
}

Result<std::string> LmdbStates::put_if_absent(const StateTable& table, std::string_view key,
                                              std::string_view value) {
  if (auto checked = check_state_entry(table, key, value); !checked) return tl::unexpected(checked.error());
  // Mostly it is there, and then there is no need to write.
  if (auto standing = get(table, key); !standing || *standing) {
    if (!standing) return tl::unexpected(standing.error());
    return std::move(**standing);
  }
  const auto standing = std::make_shared<std::optional<std::string>>();
  const Status status = writer_.run([tables = tables_, table = OwnedTable(table), key = std::string(key),
                                     value = std::string(value), standing](Transaction& txn) {
    if (const int code = tables.get(txn, table.get(), key, *standing); code != 0 || *standing) return code;
    *standing = value;
    return tables.put(txn, table.get(), key, value);
  });
  if (!status) return tl::unexpected(status.error());
  note_kept(table, key, **standing);
  return std::move(**standing);
}

void LmdbStates::note_kept(const StateTable& table, std::string_view key, std::string_view value) {
  if (table.retention == StateRetention::kept)
    environment_.note_kept({std::string(table.name), table.version, std::string(key), std::string(value)});
}

Result<bool> LmdbStates::erase(const StateTable& table, std::string_view key) {
  if (auto checked = check_state_key(table, key); !checked) return tl::unexpected(checked.error());
  const auto erased = std::make_shared<bool>(false);
  const Status status =
      writer_.run([tables = tables_, table = OwnedTable(table), key = std::string(key),
                   erased](Transaction& txn) { return tables.erase(txn, table.get(), key, *erased); });
  if (!status) return tl::unexpected(status.error());
  return *erased;
}

Result<std::uint64_t> LmdbStates::erase_all(const StateTable& table, const std::vector<std::string>& keys) {
  if (auto checked = check_state_key(table, {}); !checked) return tl::unexpected(checked.error());
  const auto steps_max = static_cast<std::ptrdiff_t>(environment_.bounds().purge_max());
  std::uint64_t erased = 0;
  for (auto at = keys.begin(); at != keys.end();) {
    const auto end = at + std::min(keys.end() - at, steps_max);
    const auto gone = std::make_shared<std::uint64_t>(0);
    const Status status = writer_.run([tables = tables_, table = OwnedTable(table),
                                       some = std::vector<std::string>(at, end), gone](Transaction& txn) {
      *gone = 0;
      for (const std::string& key : some) {
        bool found = false;
        if (const int code = tables.erase(txn, table.get(), key, found); code != 0) return code;
        *gone += found ? 1 : 0;
      }
      return 0;
    });
    if (!status) return tl::unexpected(status.error());
    erased += *gone;
    at = end;
  }
  return erased;
}

Status LmdbStates::for_each(const StateTable& table,
                            const std::function<bool(std::string_view key, std::string_view value)>& visit) {
  if (auto checked = check_state_key(table, {}); !checked) return checked;
  std::optional<std::string> after;
  do {
    std::vector<StateEntry> entries;
    std::optional<std::string> last;
    {
      const auto reading = environment_.begin_read();
      if (!reading) return tl::unexpected(reading.error());
      if (const int code = tables_.list(reading->get(), table, after, kListedAtOnce, entries, last);
          code != 0)
        return tl::unexpected(environment_.error(code, "read"));
    }
    for (const StateEntry& entry : entries)
      if (!visit(entry.key, entry.value)) return {};
    after = std::move(last);
  } while (after);
  return {};
}

Status LmdbStates::clear(const StateTable& table) {
  if (auto checked = check_state_key(table, {}); !checked) return checked;
  return writer_.run([tables = tables_, name = std::string(table.name)](Transaction& txn) {
    return tables.clear(txn, name);
  });
}

Result<std::uint64_t> LmdbStates::clear_learned() {
  const auto removed = std::make_shared<std::uint64_t>(0);
  const Status status = writer_.run(
      [tables = tables_, removed](Transaction& txn) { return tables.clear_learned(txn, *removed); });
  if (!status) return tl::unexpected(status.error());
  return *removed;
}

}  // namespace anyclaude::lmdb
