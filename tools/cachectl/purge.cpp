#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "cache/entry_projects.h"
#include "storage/learned_epoch.h"
#include "storage/store_secrets.h"
#include "tools/cachectl/key_lookup.h"
#include "tools/cachectl/progress_bar.h"
#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

struct Purged {
  PurgeResult answers;
  std::uint64_t learned = 0;  // state entries; known only once they are gone
};

ExitCode report(const Session& session, const PurgeSelection& selection, const Purged& purged) {
  std::ostream& out = session.console.out;
  const bool dry = selection.mode == PurgeMode::dry_run;
  if (session.format == OutputFormat::json) {
    print_json(out, {{"dry_run", dry},
                     {"entries", purged.answers.entries},
                     {"bytes", purged.answers.bytes},
                     {"learned_entries", purged.learned}});
    return ExitCode::done;
  }
  out << (dry ? "would purge " : "purged ") << counted(purged.answers.entries, "entry", "entries") << ", "
      << human_bytes(purged.answers.bytes);
  if (purged.learned > 0)
    out << ", and " << counted(purged.learned, "thing", "things") << " learned from them";
  out << '\n';
  if (selection.all && !dry)
    out << "what they said may be found in unused parts of the file until it is compacted: "
           "anyclaude-cachectl compact\n";
  return ExitCode::done;
}

// Nothing when the purge may go on.
std::optional<ExitCode> ask(const Session& session) {
  if (session.console.input == InputKind::other)
    return report_error(session.console, session.format, "invalid_request",
                        "purge --all empties the store for good; say --yes if nobody can be asked.",
                        ExitCode::usage);
  session.console.err << "Purge every answer in " << session.directory << "? [y/N] " << std::flush;
  std::string answer;
  std::getline(session.console.in, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return std::nullopt;
  return report_error(session.console, session.format, "cancelled", "Nothing was purged.",
                      ExitCode::not_as_asked);
}

ExitCode purge_everything(const Session& session, const PurgeSelection& selection) {
  const bool dry = selection.mode == PurgeMode::dry_run;
  if (!dry && selection.confirmation == Confirmation::ask)
    if (const auto refused = ask(session); refused) return *refused;
  Purged purged;
  const auto answers = session.store.maintenance().purge_all(selection.mode);
  if (!answers) return report_error(session.console, session.format, answers.error());
  purged.answers = *answers;
  if (!dry) {
    if (const auto told = renew_learned_epoch(session.store.states()); !told)
      return report_error(session.console, session.format, told.error());
    const auto learned = session.store.states().clear_learned();
    if (!learned) return report_error(session.console, session.format, learned.error());
    purged.learned = *learned;
  }
  return report(session, selection, purged);
}

ExitCode purge_where(const Session& session, const PurgeSelection& selection,
                     const std::function<bool(const EntryInfo&)>& matches) {
  ProgressBar bar(session.console, session.clock, "purge");
  const auto answers = session.store.maintenance().purge(matches, selection.mode, bar.report());
  if (!answers) return report_error(session.console, session.format, answers.error());
  return report(session, selection, {.answers = *answers});
}

// By the directory's digest: the store holds no path.
Result<std::set<Digest128>> entries_of_project(const Session& session, const std::string& directory) {
  const auto secrets = load_or_create_secrets(session.store.states());
  if (!secrets) return tl::unexpected(secrets.error());
  std::error_code ignored;
  const auto path = std::filesystem::absolute(directory, ignored).lexically_normal();
  return EntryProjects(session.store.states(), secrets->primary).entries_of(path.string());
}

ExitCode purge_key(const Session& session, const PurgeSelection& selection) {
  const auto found = entries_with_prefix(session.store.maintenance(), selection.key);
  if (!found) return report_error(session.console, session.format, found.error());
  if (found->size() > 1)
    return report_error(session.console, session.format, "invalid_request",
                        ambiguous_key(selection.key, *found), ExitCode::not_as_asked);
  if (found->empty()) {
    // A damaged record is in no listing; by its whole key it can be removed all the same.
    const auto key = Digest128::from_hex(selection.key);
    const auto damaged = key ? session.store.maintenance().inspect(*key) : std::optional<StoredResponse>();
    if (!damaged && selection.mode == PurgeMode::remove)
      if (const auto removed = session.store.responses().remove(*key); removed && *removed)
        return report(session, selection, {.answers = {.entries = 1}});
    return report_error(session.console, session.format, "not_found",
                        "No entry's key begins with " + selection.key + ".", ExitCode::not_as_asked);
  }
  const Digest128 key = found->front().key;
  return purge_where(session, selection, [key](const EntryInfo& info) { return info.key == key; });
}

}  // namespace

ExitCode purge_entries(const Session& session, const PurgeSelection& selection) {
  if (selection.all) return purge_everything(session, selection);
  if (!selection.key.empty()) return purge_key(session, selection);
  const auto now_ms = session.now_ms();
  std::optional<std::set<Digest128>> project;
  if (!selection.project.empty()) {
    auto entries = entries_of_project(session, selection.project);
    if (!entries) return report_error(session.console, session.format, entries.error());
    project = std::move(*entries);
  }
  const auto selected = [&](const EntryInfo& info) {
    return selection.filter.matches(info, now_ms) && (!project || project->contains(info.key));
  };
  if (!selection.last) return purge_where(session, selection, selected);
  const auto last = last_entry(session.store.maintenance(), selected);
  if (!last) return report_error(session.console, session.format, last.error());
  return purge_where(session, selection,
                     [&](const EntryInfo& info) { return *last && info.key == (*last)->key; });
}

}  // namespace anyclaude::cachectl
