// Whose answers a caller may see.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "canonical/canonical_request.h"

namespace anyclaude {

struct Caller {
  std::string_view broker_key_name = {};  // of the matching broker key; empty when none is configured
  // Every credential that the server behind the verbatim lane gets or that the client sent: sorted by name,
  // the lines of one name as they came.
  std::span<const HeaderLine> credentials = {};
};

// The broker key's name; with none configured "local" in the rewritten lane, and in the verbatim lane a keyed
// hash over all credentials. Callers without any share a partition of their own. Two callers share a
// partition only when every line is the same, byte for byte: a token that was rotated starts without answers.
// Holds no secret.
std::string partition_of(Lane lane, const Caller& caller, const HashSecret& secret);

}  // namespace anyclaude
