// Where a command reads and writes, and what its exit code says.
#pragma once

#include <istream>
#include <ostream>

namespace anyclaude::cachectl {

// Documented in --help and docs/cachectl.md.
enum class ExitCode {
  done = 0,
  // No such entry, an ambiguous key, damage or bad lines or problems found, or the question was answered with
  // no.
  not_as_asked = 1,
  usage = 2,
  store_error = 3,
  broker_error = 4,  // no broker runs, it cannot be reached, or it refused
};

enum class InputKind { terminal, other };
enum class MessageOutput { terminal, other };
enum class OutputFormat { text, json };

struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  InputKind input = InputKind::other;
  MessageOutput messages = MessageOutput::other;  // what `err` is
};

}  // namespace anyclaude::cachectl
