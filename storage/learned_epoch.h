// How a broker that runs hears that another process has emptied what was learned: it must forget its own
// copies instead of writing them back.
#pragma once

#include <string>

#include "base/error.h"
#include "storage/state_store.h"

namespace anyclaude {

// Changes whenever everything learned is purged; empty in a store where that never happened.
Result<std::string> read_learned_epoch(StateStore& states);

// Called before the tables are emptied, so that every process that looks afterwards knows.
Status renew_learned_epoch(StateStore& states);

}  // namespace anyclaude
