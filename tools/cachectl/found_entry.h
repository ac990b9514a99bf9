// The one entry that a verb was asked about.
#pragma once

#include <string>

#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {

struct FoundEntry {
  EntryInfo info;
  StoredResponse response;
};

// By a unique beginning of its key. What stands in the way has been reported when an exit code comes back.
tl::expected<FoundEntry, ExitCode> find_entry(const Session& session, const std::string& key_prefix);
// The one admitted last.
tl::expected<FoundEntry, ExitCode> find_last_entry(const Session& session);

}  // namespace anyclaude::cachectl
