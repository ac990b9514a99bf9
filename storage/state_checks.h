// The limits that every engine of the state store holds its callers to.
#pragma once

#include <string_view>

#include "base/error.h"
#include "storage/state_store.h"

namespace anyclaude {

// Error{too_large, store} naming the table when a name, key or value is over its limit.
Status check_state_key(const StateTable& table, std::string_view key);
Status check_state_entry(const StateTable& table, std::string_view key, std::string_view value);

}  // namespace anyclaude
