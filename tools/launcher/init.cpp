#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "http/socket.h"
#include "tools/launcher/init_file.h"
#include "tools/launcher/progress.h"
#include "tools/launcher/verbs.h"

namespace anyclaude::launcher {
namespace {

namespace fs = std::filesystem;

Status write_private(const fs::path& file, const std::string& text) {
  std::error_code ignored;
  const fs::path passing = file.string() + ".new";
  fs::remove(passing, ignored);
  FileDescriptor descriptor(::open(passing.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const bool written = descriptor.is_open() && ::write(descriptor.get(), text.data(), text.size()) ==
                                                   static_cast<ssize_t>(text.size());
  descriptor.close();
  if (written && ::rename(passing.c_str(), file.c_str()) == 0) return {};
  fs::remove(passing, ignored);
  return fail(ErrorKind::io, ErrorSource::config, file.string() + " cannot be written");
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
  if (const Status written = write_private(file, config_for(found)); !written) return report(written.error());
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
