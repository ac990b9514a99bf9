#include "storage/lmdb/lmdb_states.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>
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

// Some rows that are written in one transaction. Their bytes go when their caller waits no longer, so that a
// store that cannot be written for long holds no more than one batch of each caller.
class StateBatch {
 public:
  explicit StateBatch(std::vector<StateWrite> writes) : writes_(std::move(writes)) {
    for (const StateWrite& write : writes_)
      bytes_ += write.key.size() + (write.value ? write.value->size() : 0);
  }

  std::size_t bytes() const { return bytes_; }
  int apply(const StateTables& tables, Transaction& txn) const {
    const std::lock_guard lock(mutex_);
    for (const StateWrite& write : writes_) {
      bool erased = false;
      const int code = write.value ? tables.put(txn, write.table, write.key, *write.value)
                                   : tables.erase(txn, write.table, write.key, erased);
      if (code != 0) return code;
    }
    return 0;
  }
  void give_up() {
    const std::lock_guard lock(mutex_);
    writes_.clear();
  }
  const std::vector<StateWrite>& writes() const { return writes_; }

 private:
  mutable std::mutex mutex_;
  std::vector<StateWrite> writes_;
  std::size_t bytes_ = 0;
};

class FirstFailure {
 public:
  void note(const Status& status) {
    const std::lock_guard lock(mutex_);
    if (first_ && !status) first_ = status;
  }
  Status first() const {
    const std::lock_guard lock(mutex_);
    return first_;
  }

 private:
  mutable std::mutex mutex_;
  Status first_;
};

// Cut so that no transaction takes long.
std::vector<std::shared_ptr<StateBatch>> cut_into_batches(std::vector<StateWrite> writes,
                                                          const StoreBounds& bounds) {
  std::vector<std::shared_ptr<StateBatch>> batches;
  for (auto at = writes.begin(); at != writes.end();) {
    std::size_t bytes = 0;
    auto end = at;
    for (; end != writes.end(); ++end) {
      bytes += end->value ? end->value->size() : 0;
      const bool is_full =
          bytes > bounds.batch_bytes_max() || static_cast<std::size_t>(end - at) >= bounds.purge_max();
      if (is_full && end != at) break;
    }
    batches.push_back(std::make_shared<StateBatch>(
        std::vector<StateWrite>(std::make_move_iterator(at), std::make_move_iterator(end))));
    at = end;
  }
  return batches;
}

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

Status LmdbStates::write_all(std::vector<StateWrite> writes) {
  Status first;
  std::erase_if(writes, [&first](const StateWrite& write) {
    Status checked = write.value ? check_state_entry(write.table, write.key, *write.value)
                                 : check_state_key(write.table, write.key);
    const bool is_over = !checked.has_value();
    if (is_over && first) first = std::move(checked);
    return is_over;
  });
  const auto batches = cut_into_batches(std::move(writes), environment_.bounds());
  if (batches.empty()) return first;
  const auto outcome = std::make_shared<FirstFailure>();
  const auto job_of = [this](const std::shared_ptr<StateBatch>& batch) {
    return WriteJob{
        .prepare = [batch] { return batch->bytes(); },
        .apply = [tables = tables_, batch](Transaction& txn) { return batch->apply(tables, txn); },
        .caller = WriteCaller::waits};
  };
  for (std::size_t i = 0; i + 1 < batches.size(); ++i) {
    WriteJob job = job_of(batches[i]);
    job.done = [outcome](const Status& status) { outcome->note(status); };
    writer_.enqueue(std::move(job));
  }
  // Jobs are done in their order: the last one's end is that of all.
  outcome->note(writer_.run(job_of(batches.back())));
  const Status written = outcome->first();
  for (const auto& batch : batches) {
    if (written)
      note_kept(batch->writes());
    else
      batch->give_up();
  }
  return first ? written : first;
}

void LmdbStates::note_kept(const std::vector<StateWrite>& writes) {
  for (const StateWrite& write : writes)
    if (write.value) note_kept(write.table, write.key, *write.value);
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
