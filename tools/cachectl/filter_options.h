// The options of the command line that say which entries a verb is about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "tools/cachectl/entry_filter.h"

namespace CLI {
class App;
}

namespace anyclaude::cachectl {

// The same for every verb that has them.
class FilterOptions {
 public:
  void describe(CLI::App& verb);
  // Errors are invalid_request, source config: a time or size that is none.
  Result<EntryFilter> read() const;

 private:
  std::string model_;
  std::string older_than_;
  std::string newer_than_;
  std::string unused_;
  std::string larger_than_;
  std::string smaller_than_;
  std::optional<std::uint64_t> hits_min_;
  std::optional<std::uint64_t> hits_max_;
};

}  // namespace anyclaude::cachectl
