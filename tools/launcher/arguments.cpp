#include "tools/launcher/arguments.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace anyclaude::launcher {
namespace {

tl::unexpected<Error> wrong(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::config, std::move(message));
}

std::optional<Verb> verb_of(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, Verb>, 8> kVerbs{
      {{"print-settings", Verb::print_settings},
       {"doctor", Verb::doctor},
       {"init", Verb::init},
       {"trust", Verb::trust},
       {"--help", Verb::help},
       {"-h", Verb::help},
       {"--version", Verb::version},
       {"--anyclaude-version", Verb::version}}};
  for (const auto& [name, verb] : kVerbs)
    if (name == word) return verb;
  return std::nullopt;
}

// Takes "--name value" or "--name=value" at `at`, which it moves on to the last word taken.
enum class Taken { no, yes, lacks_value };
Taken take_value(const std::vector<std::string>& words, std::size_t& at, std::string_view name,
                 std::string& target) {
  const std::string_view word = words[at];
  if (word.starts_with(name) && word.substr(name.size()).starts_with('=')) {
    target = word.substr(name.size() + 1);
    return target.empty() ? Taken::lacks_value : Taken::yes;
  }
  if (word != name) return Taken::no;
  if (at + 1 >= words.size()) return Taken::lacks_value;
  target = words[++at];
  return Taken::yes;
}

class Parser {
 public:
  explicit Parser(const std::vector<std::string>& words) : words_(words) {}

  Result<Arguments> parse() {
    if (!words_.empty())
      if (const auto verb = verb_of(words_.front())) {
        arguments_.verb = *verb;
        at_ = 1;
      }
    for (; at_ < words_.size(); ++at_) {
      if (words_[at_] == "--" && arguments_.verb == Verb::run) {
        arguments_.client.insert(arguments_.client.end(),
                                 words_.begin() + static_cast<std::ptrdiff_t>(at_) + 1, words_.end());
        break;
      }
      if (auto status = take_word(); !status) return tl::unexpected(status.error());
    }
    if (arguments_.verb == Verb::trust)
      if (auto status = take_trust_words(); !status) return tl::unexpected(status.error());
    if (!port_.empty()) arguments_.flags.listen = ":" + port_;
    return std::move(arguments_);
  }

 private:
  Status take_word() {
    const std::array<std::pair<std::string_view, std::string*>, 3> options{
        {{"--mode", &arguments_.flags.mode},
         {"--config", &arguments_.flags.config_file},
         {"--port", &port_}}};
    for (const auto& [name, target] : options) {
      const Taken taken = take_value(words_, at_, name, *target);
      if (taken == Taken::yes) return {};
      if (taken == Taken::lacks_value)
        return wrong(std::string(name) + " needs a value, for instance " + example_of(name));
    }
    const std::string& word = words_[at_];
    if (word == "--no-launch") {
      arguments_.server_launch = ServerLaunch::never;
    } else if (arguments_.verb == Verb::run) {
      arguments_.client.push_back(word);
    } else if (word == "--json" && arguments_.verb != Verb::init) {
      arguments_.format = OutputFormat::json;
    } else if (word == "--force" && arguments_.verb == Verb::init) {
      arguments_.overwrite = Overwrite::allow;
    } else if (arguments_.verb == Verb::trust && !word.starts_with('-')) {
      trust_words_.push_back(word);
    } else if (arguments_.verb != Verb::help && arguments_.verb != Verb::version) {
      return wrong("'" + word + "' is not understood here; anyclaude --help tells what is");
    }
    return {};
  }

  // [approve|list|revoke] [FILE]
  Status take_trust_words() {
    std::size_t at = 0;
    for (const auto& [word, action] :
         {std::pair{"approve", TrustAction::approve}, std::pair{"list", TrustAction::list},
          std::pair{"revoke", TrustAction::revoke}})
      if (at == 0 && !trust_words_.empty() && trust_words_.front() == word) {
        arguments_.trust = action;
        at = 1;
      }
    if (at < trust_words_.size()) arguments_.trust_file = trust_words_[at++];
    if (at < trust_words_.size())
      return wrong("'" + trust_words_[at] + "' is too much; it is: anyclaude trust [list | revoke] [FILE]");
    return {};
  }

  static std::string example_of(std::string_view name) {
    if (name == "--mode") return "--mode llama-cpp";
    return name == "--port" ? "--port 8484" : "--config ~/.anyclauderc.json";
  }

  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
  std::string port_;
  std::vector<std::string> trust_words_;
  Arguments arguments_;
};

}  // namespace

Result<Arguments> parse_arguments(const std::vector<std::string>& words) {
  return Parser(words).parse();
}

std::string usage() {
  return R"(usage: anyclaude [--mode M] [--config F] [--port N] [--no-launch] [claude's arguments] [-- more of them]
       anyclaude print-settings [--json]   what Claude Code needs in its environment or settings.json
       anyclaude doctor [--json]           looks at everything on the way and says what to change
       anyclaude init [--force]            writes .anyclauderc.json after looking at what runs here
       anyclaude trust [FILE]              shows what a project's .anyclauderc.json does, and approves it
       anyclaude trust list [--json]       the approved files
       anyclaude trust revoke [FILE]       takes an approval back

Starts the broker, and the model server if one is configured to be started, and runs claude through them.
A broker that runs already with the same configuration is used; both are stopped with their last user.

  --mode M      the backend that answers: an entry of "backends", a profile's name or an alias
  --config F    the configuration file [./.anyclauderc.json, then ~/.anyclauderc.json]
  --port N      where the broker listens [the system chooses]
  --no-launch   start no model server

Every other argument is claude's, and so is its exit code. Behind "--" every argument is: anyclaude -- --help.

  PROXY_ONLY=1                  the broker alone, in the foreground: prints its address
  ANYCLAUDE_NO_AUTO_LAUNCH=1    the same as --no-launch
  ANYCLAUDE_TRUST=1             approves the project's file for this run
  ANYCLAUDE_MODE, ANYCLAUDE_PORT, ANYCLAUDE_DEBUG (0 to 3) and the names of each backend: docs/launcher.md

Exit codes: claude's; 1 something could not be started; 2 the command line; 78 the configuration; 127 no claude.
)";
}

}  // namespace anyclaude::launcher
