// Where a command reads and writes, and what its exit code says.
#pragma once

#include <istream>
#include <ostream>

namespace anyclaude::cachectl {

// Documented in --help and docs/storage_format.md.
enum class ExitCode {
  done = 0,
  not_as_asked = 1,  // no such entry, an ambiguous key, damage found, or the question was answered with no
  usage = 2,
  store_error = 3,
};

enum class InputKind { terminal, other };
enum class OutputFormat { text, json };

struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  InputKind input = InputKind::other;
};

}  // namespace anyclaude::cachectl
