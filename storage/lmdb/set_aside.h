// Damaged data files under another name, beside the one that took their place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace anyclaude::lmdb {

// So many are kept; beyond it the oldest goes.
inline constexpr std::size_t kSetAsideMax = 8;

// Renames data.mdb to damaged-DATE.mdb in the same directory and takes lock.mdb away, so that no process that
// still has both open shares a lock with the files that come. The new name.
Result<std::string> set_aside_data_file(const std::filesystem::path& directory);
// Renames whatever has the name of a file of ours and is none, such as a directory.
Status set_aside_what_is_no_file(const std::filesystem::path& directory, const char* name);

struct SetAside {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};
// The oldest first.
std::vector<SetAside> list_set_aside(const std::filesystem::path& directory);
// How many went.
std::uint64_t remove_set_aside(const std::filesystem::path& directory);

}  // namespace anyclaude::lmdb
