#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "cache/entry_projects.h"
#include "prompt/layout/layout_book.h"
#include "prompt/layout/tool_arguments.h"
#include "prompt/rules/learned_line.h"
#include "prompt/rules/line_learner.h"
#include "prompt/trace/prompt_trace.h"
#include "storage/learned_epoch.h"
#include "storage/row_projects.h"
#include "storage/store_secrets.h"
#include "tools/cachectl/broker_link.h"
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
  if ((selection.all || !selection.project.empty()) && !dry)
    out << "what they said may be found in unused parts of the file until it is compacted: "
           "anyclaude-cachectl compact\n";
  return ExitCode::done;
}

// Nothing when the purge may go on.
std::optional<ExitCode> ask(const Session& session) {
  if (session.console.input == InputKind::other)
    return report_error(
        session.console, session.format, "invalid_request",
        "purge --all empties the store for good; add --yes where no terminal is there to ask.",
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
    purged.learned = *learned + session.store.maintenance().remove_set_aside();
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

// By the directory's name in the store, which holds no path.
class Project {
 public:
  static Result<Project> find(const Session& session, const std::string& directory) {
    const auto secrets = load_or_create_secrets(session.store.states());
    if (!secrets) return tl::unexpected(secrets.error());
    std::error_code ignored;
    const auto path = std::filesystem::absolute(directory, ignored).lexically_normal();
    const EntryProjects projects(session.store.states(), secrets->primary);
    auto entries = projects.entries_of(path.string());
    if (!entries) return tl::unexpected(entries.error());
    return Project(projects.name_of(path.string()), std::move(*entries), secrets->primary);
  }

  const std::set<Digest128>& entries() const { return entries_; }

  // What was learned from its prompts. Brokers that run are told before, so that they forget what they have
  // in memory instead of writing it back.
  Result<std::uint64_t> purge_learned(LmdbStore& store) const {
    StateStore& states = store.states();
    if (const auto told = renew_learned_epoch(states); !told) return tl::unexpected(told.error());
    auto removed = EntryProjects(states, secret_).erase(entries_);
    for (const StateTable* table :
         {&kRecentRequestsTable, &kLayoutsTable, &kToolArgumentsTable, &kLearnedLinesTable}) {
      if (!removed) return removed;
      const auto rows = purge_rows_of(states, *table, name_);
      removed = rows ? Result<std::uint64_t>(*removed + *rows) : rows;
    }
    if (!removed) return removed;
    if (const auto cleared = states.clear(kSightingsTable); !cleared) return tl::unexpected(cleared.error());
    // A file that was set aside says of no page whose it is.
    return *removed + store.maintenance().remove_set_aside();
  }

 private:
  Project(std::string name, std::set<Digest128> entries, const HashSecret& secret)
      : name_(std::move(name)), entries_(std::move(entries)), secret_(secret) {}

  std::string name_;
  std::set<Digest128> entries_;
  HashSecret secret_;
};

// What a broker knows of a project and has not written yet could not be found. Without a broker, or with one
// of an earlier version, there is nothing to wait for.
void settle_broker(const Session& session) {
  constexpr std::chrono::seconds kSettleTimeMax{20};
  if (auto link = BrokerLink::find(session.directory); link && *link)
    (void)(*link)->post("/admin/settle", nlohmann::json::object(), kSettleTimeMax);
}

// Answers and what was learned. The latter goes even where no answer is left.
ExitCode purge_project(const Session& session, const PurgeSelection& selection, const Project& project) {
  ProgressBar bar(session.console, session.clock, "purge");
  const auto matches = [&](const EntryInfo& info) { return project.entries().contains(info.key); };
  const auto answers = session.store.maintenance().purge(matches, selection.mode, bar.report());
  if (!answers) return report_error(session.console, session.format, answers.error());
  Purged purged{.answers = *answers};
  if (selection.mode == PurgeMode::remove) {
    const auto learned = project.purge_learned(session.store);
    if (!learned) return report_error(session.console, session.format, learned.error());
    purged.learned = *learned;
  }
  return report(session, selection, purged);
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
  std::optional<Project> project;
  if (!selection.project.empty()) {
    settle_broker(session);
    auto found = Project::find(session, selection.project);
    if (!found) return report_error(session.console, session.format, found.error());
    project = std::move(*found);
  }
  const auto selected = [&](const EntryInfo& info) {
    return selection.filter.matches(info, now_ms) && (!project || project->entries().contains(info.key));
  };
  if (project && !selection.last && selection.filter.selects_everything())
    return purge_project(session, selection, *project);
  if (!selection.last) return purge_where(session, selection, selected);
  const auto last = last_entry(session.store.maintenance(), selected);
  if (!last) return report_error(session.console, session.format, last.error());
  return purge_where(session, selection,
                     [&](const EntryInfo& info) { return *last && info.key == (*last)->key; });
}

}  // namespace anyclaude::cachectl
