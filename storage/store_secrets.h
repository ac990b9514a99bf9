// The two hash secrets of a store, made at random once and shared by every process that opens it.
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "storage/state_store.h"

namespace anyclaude {

struct StoreSecrets {
  HashSecret primary;
  HashSecret check;
};

// Reads them, or makes them with put_if_absent so that two processes starting at once agree.
Result<StoreSecrets> load_or_create_secrets(StateStore& states);

}  // namespace anyclaude
