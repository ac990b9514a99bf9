// Entries by the beginning of their key.
#pragma once

#include <functional>
#include <optional>
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

// Of the entries that `matches` selects, the one admitted last; nothing when there is none.
Result<std::optional<EntryInfo>> last_entry(ResponseStoreMaintenance& maintenance,
                                            const std::function<bool(const EntryInfo&)>& matches);

// The sentence for a prefix that several keys share; it lists them (the first ten).
std::string ambiguous_key(const std::string& prefix, const std::vector<EntryInfo>& candidates);

}  // namespace anyclaude::cachectl
