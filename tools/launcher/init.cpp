#include <cstdio>

#include "base/digest.h"
#include "config/private_file.h"
#include "tools/launcher/approval.h"
#include "tools/launcher/init_file.h"
#include "tools/launcher/progress.h"
#include "tools/launcher/verbs.h"

namespace anyclaude::launcher {
namespace {

namespace fs = std::filesystem;

// What this program wrote itself needs no question.
void approve(const fs::path& file, const std::string& text, const EnvironmentVariables& environment) {
  const Status kept =
      remember_approval(variable(environment, "HOME"), {trusted_path(file), sha256_hex(text)});
  if (!kept) say(kept.error().message);
}

}  // namespace

int init(const Setting& setting, const Arguments& arguments) {
  std::error_code ignored;
  const fs::path file = arguments.flags.config_file.empty()
                            ? fs::current_path(ignored) / ".anyclauderc.json"
                            : fs::absolute(arguments.flags.config_file, ignored);
  if (fs::exists(file, ignored) && arguments.overwrite == Overwrite::refuse) {
    say(file.string() + " is there already; anyclaude init --force replaces it.");
    return static_cast<int>(ExitCode::configuration);
  }
  const auto found = look_for_servers(setting.profiles);
  const std::string text = config_for(found);
  if (const Status written = replace_private_file(file, text, ErrorSource::config); !written)
    return report(written.error());
  approve(file, text, setting.environment);
  std::printf("wrote %s\n", file.c_str());
  if (found.empty()) {
    say("no model server answers on the ports this program knows: start one, put its address into the file, "
        "and run "
        "`anyclaude doctor`.");
  } else {
    for (const FoundServer& server : found)
      say("found " + server.profile + " at " + server.url.text() +
          (server.models.empty() ? "" : " with " + server.models.front()));
    say("`anyclaude` uses " + found.front().profile +
        " now; `anyclaude doctor` looks at everything it needs.");
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace anyclaude::launcher
