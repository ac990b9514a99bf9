// The store as this program opens it: beside brokers, never making one.
#pragma once

#include <memory>

#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {

// Errors as LmdbStore::open() has them; where there is no store, with what to do about it.
Result<std::unique_ptr<LmdbStore>> open_store(const Surroundings& here);

}  // namespace anyclaude::cachectl
