#include "tools/cachectl/command_line.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>

#include "config/read_config.h"
#include "tools/cachectl/key_lookup.h"
#include "tools/cachectl/prompt_options.h"
#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

constexpr const char* kFooter =
    "Exit codes:\n"
    "  0  done\n"
    "  1  no such entry, several entries begin with that key, damage found, or you said no\n"
    "  2  the command line is wrong, or a question could not be asked\n"
    "  3  the store could not be opened, read or written\n"
    "\n"
    "The store is that of --store, else of ANYCLAUDE_STORE, else of the configuration file\n"
    "(.anyclauderc.json here or in the home directory), else ~/.anyclaude/store.\n"
    "Every command may be used while a broker has the store open.";

struct Flags {
  std::string store;
  std::string config_file;
  bool json = false;
  std::string inspect_key;
  std::string purge_key;
  std::string purge_model;
  std::string purge_older_than;
  bool purge_all = false;
  bool purge_last = false;
  bool dry_run = false;
  bool yes = false;
  PromptOptions prompts;
};

struct Verbs {
  CLI::App* stats = nullptr;
  CLI::App* ls = nullptr;
  CLI::App* inspect = nullptr;
  CLI::App* purge = nullptr;
  CLI::App* verify = nullptr;
};

void add_purge_options(CLI::App& purge, Flags& flags) {
  auto* all = purge.add_flag("--all", flags.purge_all,
                             "every answer, and everything learned from requests; asks first");
  auto* key = purge.add_option("--key", flags.purge_key, "the entry whose key begins so");
  auto* model = purge.add_option("--model", flags.purge_model, "answers of this model");
  auto* older =
      purge.add_option("--older-than", flags.purge_older_than, "answers older than 90s, 5m, 2h, 7d");
  auto* last = purge.add_flag("--last", flags.purge_last, "the newest answer (of those that match)");
  for (auto* other : {key, model, older, last}) all->excludes(other);
  for (auto* other : {model, older, last}) key->excludes(other);
  purge.add_flag("--dry-run", flags.dry_run, "only say what would go");
  purge.add_flag("--yes", flags.yes, "do not ask");
}

Verbs describe(CLI::App& cli, Flags& flags) {
  cli.footer(kFooter);
  cli.add_option("--store", flags.store, "directory of the store");
  cli.add_option("--config", flags.config_file, "configuration file");
  cli.add_flag("--json", flags.json, "JSON instead of text; also behind the command");
  cli.require_subcommand(1);
  Verbs verbs;
  verbs.stats = cli.add_subcommand("stats", "How much is stored, and what it has saved");
  verbs.ls = cli.add_subcommand("ls", "The entries, newest first");
  verbs.inspect = cli.add_subcommand("inspect", "All about one entry, with its message");
  verbs.inspect->add_option("KEY", flags.inspect_key, "its key, or a beginning of it that is unique")
      ->required();
  verbs.purge = cli.add_subcommand("purge", "Removes entries");
  add_purge_options(*verbs.purge, flags);
  verbs.verify = cli.add_subcommand("verify", "Checks every record");
  flags.prompts.describe(cli);
  // What a verb does not know is an option of the program: --json and --store may stand behind it.
  for (CLI::App* verb : {verbs.stats, verbs.ls, verbs.inspect, verbs.purge, verbs.verify})
    verb->fallthrough();
  return verbs;
}

Result<std::filesystem::path> store_directory(const Flags& flags, const Environment& environment) {
  ConfigFlags said;
  said.store = flags.store;
  said.config_file = flags.config_file;
  return read_store_directory(said, environment);
}

Result<PurgeSelection> purge_selection(const Flags& flags) {
  PurgeSelection selection;
  selection.all = flags.purge_all;
  selection.last = flags.purge_last;
  selection.key = flags.purge_key;
  if (!flags.purge_model.empty()) selection.model = flags.purge_model;
  if (!flags.purge_older_than.empty()) {
    const auto age = parse_duration(flags.purge_older_than);
    if (!age) return tl::unexpected(age.error());
    selection.older_than = *age;
  }
  selection.mode = flags.dry_run ? PurgeMode::dry_run : PurgeMode::remove;
  selection.confirmation = flags.yes ? Confirmation::given : Confirmation::ask;
  const auto usage = [](std::string message) {
    return fail(ErrorKind::invalid_request, ErrorSource::config, std::move(message));
  };
  if (!selection.key.empty() && !is_key_prefix(selection.key))
    return usage("\"" + printable(selection.key) +
                 "\" is not the beginning of a key: 1 to 32 hexadecimal digits.");
  if (!selection.all && !selection.last && selection.key.empty() && !selection.model && !selection.older_than)
    return usage("Say what to purge: --all, --key, --model, --older-than or --last.");
  return selection;
}

Error with_advice(Error error, const std::filesystem::path& directory) {
  if (error.kind == ErrorKind::not_found)
    error.message = "There is no store in " + directory.string() +
                    ". A broker makes it when it starts; name another one with --store DIR.";
  return error;
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments, const Environment& environment,
             const Console& console, const Clock& clock) {
  CLI::App cli("Looks into the store of answers that anyclaude keeps, and empties it.", "anyclaude-cachectl");
  Flags flags;
  const Verbs verbs = describe(cli, flags);
  try {
    cli.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return cli.exit(error, console.out, console.err) == 0 ? ExitCode::done : ExitCode::usage;
  }
  const OutputFormat format = flags.json ? OutputFormat::json : OutputFormat::text;
  const auto usage_error = [&](const Error& error) {
    return report_error(console, format, name_of(error.kind), error.message, ExitCode::usage);
  };
  PurgeSelection selection;
  if (verbs.purge->parsed()) {
    auto read = purge_selection(flags);
    if (!read) return usage_error(read.error());
    selection = std::move(*read);
  }
  const auto directory = store_directory(flags, environment);
  if (!directory) return usage_error(directory.error());
  const auto store = LmdbStore::open({.directory = *directory, .access = LmdbAccess::maintain}, clock);
  if (!store) return report_error(console, format, with_advice(store.error(), *directory));
  const Session session{**store, directory->string(), console, clock, format};
  if (verbs.stats->parsed()) return show_stats(session);
  if (verbs.ls->parsed()) return list_entries(session);
  if (verbs.inspect->parsed()) return inspect_entry(session, flags.inspect_key);
  if (verbs.purge->parsed()) return purge_entries(session, selection);
  if (flags.prompts.parsed()) return flags.prompts.run(session);
  return verify_store(session);
}

}  // namespace anyclaude::cachectl
