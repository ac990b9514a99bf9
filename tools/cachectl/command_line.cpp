#include "tools/cachectl/command_line.h"

#include <CLI/CLI.hpp>

#include "config/read_config.h"
#include "tools/cachectl/entry_options.h"
#include "tools/cachectl/open_store.h"
#include "tools/cachectl/prompt_options.h"
#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

constexpr const char* kFooter =
    "Exit codes:\n"
    "  0  done\n"
    "  1  no such entry, several entries begin with that key, damage, bad lines or problems\n"
    "     found, or you said no\n"
    "  2  the command line is wrong, or a question could not be asked\n"
    "  3  the store could not be opened, read or written\n"
    "  4  no broker runs, it cannot be reached, or it refused\n"
    "\n"
    "The store is that of --store, else of ANYCLAUDE_STORE, else of the configuration file\n"
    "(.anyclauderc.json here or in the home directory), else ~/.anyclaude/store.\n"
    "Every command may be used while a broker has the store open.";

// Verbs that do not look into the store themselves, or open it in their own time.
struct BrokerOptions {
  CLI::App* compact = nullptr;
  CLI::App* mode = nullptr;
  CLI::App* doctor = nullptr;
  CLI::App* reasons = nullptr;
  std::string mode_name;
  std::string reason_name;
  bool reasons_as_markdown = false;

  void describe(CLI::App& cli) {
    compact = cli.add_subcommand("compact", "Writes the store's file anew, with nothing but what stands");
    mode = cli.add_subcommand("mode", "Switches the broker that runs to another backend");
    mode->add_option("NAME", mode_name, "its name; without one the mode is told");
    doctor = cli.add_subcommand("doctor", "Looks at the store, the broker, the configuration and the server");
    reasons = cli.add_subcommand("reasons",
                                 "What the reasons in headers, metrics and explain mean, and what to do");
    reasons->add_option("NAME", reason_name, "one of them; without it all are printed");
    reasons->add_flag("--markdown", reasons_as_markdown, "as docs/reasons.md has them");
    for (CLI::App* verb : {compact, mode, doctor, reasons}) verb->fallthrough();
  }

  ReasonRequest reason_request() const {
    return {reason_name, reasons_as_markdown ? ReasonForm::markdown : ReasonForm::table};
  }
};

struct CommandLine {
  ConfigFlags flags;
  bool json = false;
  EntryOptions entries;
  PromptOptions prompts;
  BrokerOptions broker;

  void describe(CLI::App& cli) {
    cli.footer(kFooter);
    cli.add_option("--store", flags.store, "directory of the store");
    cli.add_option("--config", flags.config_file, "configuration file");
    // What a verb does not know is an option of the program: --json and --store may stand behind it.
    cli.add_flag("--json", json, "JSON instead of text; also behind the command");
    cli.require_subcommand(1);
    entries.describe(cli);
    broker.describe(cli);
    prompts.describe(cli);
  }
};

ExitCode run_verb(CommandLine& line, const Surroundings& here, const EnvironmentVariables& environment) {
  if (line.broker.compact->parsed()) return compact_store(here);
  if (line.broker.mode->parsed()) return switch_mode(here, line.broker.mode_name);
  if (line.broker.doctor->parsed()) return examine(here, line.flags, environment);
  const auto store = open_store(here);
  if (!store) return report_error(here.console, here.format, store.error());
  const Session session{here, **store};
  return line.entries.parsed() ? line.entries.run(session) : line.prompts.run(session);
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments, const EnvironmentVariables& environment,
             const Console& console, const Clock& clock) {
  CLI::App cli("Looks into the store of answers that anyclaude keeps, and empties it.", "anyclaude-cachectl");
  CommandLine line;
  line.describe(cli);
  try {
    cli.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return cli.exit(error, console.out, console.err) == 0 ? ExitCode::done : ExitCode::usage;
  }
  const OutputFormat format = line.json ? OutputFormat::json : OutputFormat::text;
  if (line.broker.reasons->parsed()) return show_reasons(console, format, line.broker.reason_request());
  const auto usage_error = [&](const Error& error) {
    return report_error(console, format, name_of(error.kind), error.message, ExitCode::usage);
  };
  if (const Status sensible = line.entries.check(); !sensible) return usage_error(sensible.error());
  const auto directory = read_store_directory(line.flags, environment);
  if (!directory) return usage_error(directory.error());
  return run_verb(line, {directory->string(), console, clock, format}, environment);
}

}  // namespace anyclaude::cachectl
