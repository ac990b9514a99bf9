// One function, and one file, for each verb.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "config/read_config.h"
#include "storage/lmdb/lmdb_store.h"
#include "tools/cachectl/console.h"
#include "tools/cachectl/entry_filter.h"

namespace anyclaude::cachectl {

// Where a verb works and how it says what it found.
struct Surroundings {
  std::string directory;  // of the store
  const Console& console;
  const Clock& clock;
  OutputFormat format = OutputFormat::text;

  std::int64_t now_ms() const { return unix_milliseconds(clock.system_now()); }
};

// What the verbs about the store's content work with.
struct Session : Surroundings {
  LmdbStore& store;
};

enum class Confirmation { ask, given };

// The conditions hold together. One of them, at least, is set.
struct PurgeSelection {
  bool all = false;     // alone
  bool last = false;    // of what the filter selects, the one admitted last
  std::string key;      // a unique prefix; alone
  std::string project;  // only entries of requests from this directory; empty: of any
  EntryFilter filter;
  PurgeMode mode = PurgeMode::remove;
  Confirmation confirmation = Confirmation::ask;
};

enum class ListOrder { created, used, expires, size, hits, tokens, model, key };
enum class ListDirection { usual, reversed };

struct ListRequest {
  EntryFilter filter;
  ListOrder order = ListOrder::created;
  ListDirection direction = ListDirection::usual;
  std::uint64_t entries_max = 50;  // on a page; 0: everything on one
  std::uint64_t page = 1;
};

enum class ImportMode { import, check_only };

struct ImportRequest {
  std::string file;  // "-": what comes in
  std::string partition;
  std::optional<std::chrono::seconds> ttl;  // from now; else as the line says
  ImportMode mode = ImportMode::import;
};

enum class ReasonForm { table, markdown };

struct ReasonRequest {
  std::string name;  // empty: all of them
  ReasonForm form = ReasonForm::table;
};

// About the reasons that headers, metrics and `explain` name; no store is needed.
ExitCode show_reasons(const Console& console, OutputFormat format, const ReasonRequest& request);

// About the store's content.
ExitCode show_stats(const Session& session);
ExitCode list_entries(const Session& session, const ListRequest& request);
ExitCode inspect_entry(const Session& session, const std::string& key_prefix);
// Of the entry admitted last when `key_prefix` is empty.
ExitCode show_message(const Session& session, const std::string& key_prefix);
ExitCode purge_entries(const Session& session, const PurgeSelection& selection);
ExitCode verify_store(const Session& session);
ExitCode export_entries(const Session& session, const EntryFilter& filter, const std::string& file);
ExitCode import_entries(const Session& session, const ImportRequest& request);

// About the store's file and the broker beside it: they open the store themselves, if at all.
ExitCode compact_store(const Surroundings& here);
// Says which mode it is when `name` is empty.
ExitCode switch_mode(const Surroundings& here, const std::string& name);
ExitCode examine(const Surroundings& here, const ConfigFlags& flags, const EnvironmentVariables& environment);

}  // namespace anyclaude::cachectl
