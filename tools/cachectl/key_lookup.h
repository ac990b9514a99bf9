// Entries by the beginning of their key.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "storage/response_store.h"

namespace anyclaude::cachectl {

// 1 to 32 hexadecimal digits of either case.
bool is_key_prefix(const std::string& text);

// Every entry whose key begins so. `prefix` passed is_key_prefix().
Result<std::vector<EntryInfo>> entries_with_prefix(ResponseStoreMaintenance& maintenance,
                                                   const std::string& prefix);

// The sentence for a prefix that several keys share; it lists them (the first ten).
std::string ambiguous_key(const std::string& prefix, const std::vector<EntryInfo>& candidates);

}  // namespace anyclaude::cachectl
