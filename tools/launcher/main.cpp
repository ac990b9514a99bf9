// anyclaude: Claude Code through the broker, in one command.
#include <string>
#include <vector>

#include "tools/launcher/signals.h"
#include "tools/launcher/supervisor.h"
#include "tools/launcher/verbs.h"

int main(int argc, char** argv) {
  using namespace anyclaude;
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words == std::vector<std::string>{launcher::kSupervisorWord}) return launcher::keep();
  launcher::Signals signals;
  return launcher::run(words, process_environment(), signals);
}
