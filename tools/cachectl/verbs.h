// One function, and one file, for each verb.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "storage/lmdb/lmdb_store.h"
#include "tools/cachectl/console.h"

namespace anyclaude::cachectl {

// What every verb works with.
struct Session {
  LmdbStore& store;
  std::string directory;
  const Console& console;
  const Clock& clock;
  OutputFormat format = OutputFormat::text;

  std::int64_t now_ms() const { return unix_milliseconds(clock.system_now()); }
};

enum class Confirmation { ask, given };

// The conditions hold together. One of them, at least, is set.
struct PurgeSelection {
  bool all = false;   // alone
  bool last = false;  // of what the others select, the newest
  std::string key;    // a unique prefix; alone
  std::optional<std::string> model;
  std::optional<std::chrono::seconds> older_than;
  PurgeMode mode = PurgeMode::remove;
  Confirmation confirmation = Confirmation::ask;
};

ExitCode show_stats(const Session& session);
ExitCode list_entries(const Session& session);
ExitCode inspect_entry(const Session& session, const std::string& key_prefix);
ExitCode purge_entries(const Session& session, const PurgeSelection& selection);
ExitCode verify_store(const Session& session);

}  // namespace anyclaude::cachectl
