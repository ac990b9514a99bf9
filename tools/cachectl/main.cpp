// anyclaude-cachectl: looks into the store of answers, and empties it.
#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "tools/cachectl/command_line.h"

int main(int argc, char** argv) {
  using namespace anyclaude;
  const cachectl::Console console{
      std::cin, std::cout, std::cerr,
      ::isatty(STDIN_FILENO) != 0 ? cachectl::InputKind::terminal : cachectl::InputKind::other,
      ::isatty(STDERR_FILENO) != 0 ? cachectl::MessageOutput::terminal : cachectl::MessageOutput::other};
  const RealClock clock;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return static_cast<int>(cachectl::run(arguments, process_environment(), console, clock));
}
