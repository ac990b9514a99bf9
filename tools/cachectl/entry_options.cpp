#include "tools/cachectl/entry_options.h"

#include <CLI/CLI.hpp>
#include <array>
#include <utility>

#include "tools/cachectl/key_lookup.h"
#include "tools/cachectl/report.h"

namespace anyclaude::cachectl {
namespace {

constexpr std::array<std::pair<const char*, ListOrder>, 8> kOrders{{{"created", ListOrder::created},
                                                                    {"used", ListOrder::used},
                                                                    {"expires", ListOrder::expires},
                                                                    {"size", ListOrder::size},
                                                                    {"hits", ListOrder::hits},
                                                                    {"tokens", ListOrder::tokens},
                                                                    {"model", ListOrder::model},
                                                                    {"key", ListOrder::key}}};

tl::unexpected<Error> usage(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::config, std::move(message));
}

}  // namespace

void EntryOptions::describe(CLI::App& cli) {
  stats_ = cli.add_subcommand("stats", "How much is stored, and what it has saved");
  describe_ls(cli);
  inspect_ = cli.add_subcommand("inspect", "All about one entry, with its message as JSON");
  inspect_->add_option("KEY", inspect_key_, "its key, or a beginning of it that is unique")->required();
  show_ = cli.add_subcommand("show", "The message of one entry as text: answer, thinking and tool calls");
  auto* key = show_->add_option("KEY", show_key_, "its key, or a beginning of it that is unique");
  show_->add_flag("--last", show_last_, "of the entry admitted last")->excludes(key);
  describe_purge(cli);
  verify_ = cli.add_subcommand("verify", "Checks every record");
  describe_transfer(cli);
  for (CLI::App* verb : {stats_, ls_, inspect_, show_, purge_, verify_, export_, import_})
    verb->fallthrough();
}

void EntryOptions::describe_ls(CLI::App& cli) {
  ls_ = cli.add_subcommand("ls", "The entries, newest first");
  std::vector<std::string> names;
  for (const auto& [name, order] : kOrders) names.emplace_back(name);
  ls_->add_option("--sort", order_,
                  "created, used, size, hits or tokens: the most first; expires: the soonest; model; key")
      ->check(CLI::IsMember(names));
  ls_->add_flag("--reverse", reversed_, "the other way round");
  ls_->add_option("--limit", list_.entries_max, "entries on a page [50]; 0: all on one")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000}));
  ls_->add_option("--page", list_.page, "which page [1]")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
  ls_filter_.describe(*ls_);
}

void EntryOptions::describe_purge(CLI::App& cli) {
  purge_ = cli.add_subcommand("purge", "Removes entries");
  auto* all = purge_->add_flag("--all", selection_.all,
                               "every answer, and everything learned from requests; asks first");
  auto* key = purge_->add_option("--key", selection_.key, "the entry whose key begins so");
  auto* last = purge_->add_flag("--last", selection_.last, "the one admitted last (of those that match)");
  all->excludes(key)->excludes(last);
  key->excludes(last);
  purge_filter_.describe(*purge_);
  purge_->add_option("--project", project_, "answers to requests that came from this directory")
      ->group("Which entries");
  purge_->add_flag("--dry-run", dry_run_, "only say what would go");
  purge_->add_flag("--yes", yes_, "do not ask");
}

void EntryOptions::describe_transfer(CLI::App& cli) {
  export_ = cli.add_subcommand("export", "Writes answers as JSON lines, for import elsewhere");
  export_->add_option("FILE", export_file_, "a new file, for this user alone [- : standard output]");
  export_options_.describe(*export_);
  import_ = cli.add_subcommand("import", "Takes in what export wrote, here or elsewhere");
  import_->add_option("FILE", import_request_.file, "- : standard input")->required();
  import_->add_option("--partition", import_request_.partition, "whose requests they answer [local]");
  import_->add_option("--ttl", ttl_, "they expire this long from now, instead of when they would have");
  import_->add_flag("--dry-run", check_only_, "only check every line");
}

bool EntryOptions::parsed() const {
  for (const CLI::App* verb : {stats_, ls_, inspect_, show_, purge_, verify_, export_, import_})
    if (verb->parsed()) return true;
  return false;
}

Status EntryOptions::check() {
  if (ls_->parsed()) return check_ls();
  if (purge_->parsed()) return check_purge();
  if (show_->parsed() && show_last_ == !show_key_.empty()) return usage("Say which: a key, or --last.");
  if (export_->parsed() || import_->parsed()) return check_transfer();
  return {};
}

Status EntryOptions::check_ls() {
  auto filter = ls_filter_.read();
  if (!filter) return tl::unexpected(filter.error());
  list_.filter = std::move(*filter);
  for (const auto& [name, order] : kOrders)
    if (order_ == name) list_.order = order;
  list_.direction = reversed_ ? ListDirection::reversed : ListDirection::usual;
  return {};
}

Status EntryOptions::check_purge() {
  auto filter = purge_filter_.read();
  if (!filter) return tl::unexpected(filter.error());
  selection_.filter = std::move(*filter);
  selection_.mode = dry_run_ ? PurgeMode::dry_run : PurgeMode::remove;
  selection_.confirmation = yes_ ? Confirmation::given : Confirmation::ask;
  selection_.project = project_;
  const bool filters = !selection_.filter.selects_everything() || !project_.empty();
  if (!selection_.key.empty() && !is_key_prefix(selection_.key))
    return usage("\"" + printable(selection_.key) +
                 "\" is not the beginning of a key: 1 to 32 hexadecimal digits.");
  if ((selection_.all || !selection_.key.empty()) && filters)
    return usage("--all and --key stand alone: other conditions would mean nothing beside them.");
  if (!selection_.all && !selection_.last && selection_.key.empty() && !filters)
    return usage("Say what to purge: --all, --key, --last, or a condition such as --model or --unused.");
  return {};
}

Status EntryOptions::check_transfer() {
  auto filter = export_options_.read();
  if (!filter) return tl::unexpected(filter.error());
  export_filter_ = std::move(*filter);
  import_request_.mode = check_only_ ? ImportMode::check_only : ImportMode::import;
  if (import_request_.partition.empty()) import_request_.partition = kImportPartition;
  if (ttl_.empty()) return {};
  const auto ttl = parse_duration(ttl_);
  if (!ttl) return tl::unexpected(ttl.error());
  import_request_.ttl = *ttl;
  return {};
}

ExitCode EntryOptions::run(const Session& session) const {
  if (stats_->parsed()) return show_stats(session);
  if (ls_->parsed()) return list_entries(session, list_);
  if (inspect_->parsed()) return inspect_entry(session, inspect_key_);
  if (show_->parsed()) return show_message(session, show_key_);
  if (purge_->parsed()) return purge_entries(session, selection_);
  if (export_->parsed()) return export_entries(session, export_filter_, export_file_);
  if (import_->parsed()) return import_entries(session, import_request_);
  return verify_store(session);
}

}  // namespace anyclaude::cachectl
