// Looks at every page of a store's file that holds something.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/lmdb/snapshot.h"

namespace anyclaude::lmdb {

struct FileFindings {
  // Sentences without an end, at most kFaultsMax; empty: no damage was found.
  std::vector<std::string> faults;
  std::uint64_t pages_checked = 0;
  // False when time was up first. What was not reached is checked when it is read.
  bool is_complete = true;

  static constexpr std::size_t kFaultsMax = 20;
  // The first of them, for a message.
  std::string sentence() const;
};

// Heads, trees and the list of free pages: every page is what it says, in the range it should be, belongs to
// one tree alone and holds its keys in order; tables hold as many entries as they count.
FileFindings check_pages(Snapshot& pages, std::chrono::milliseconds time_max);

// The same of a file that no process has open; its heads alone when there is no time at all, which may be
// asked of any file. A file that is absent is sound.
FileFindings check_closed_file(const std::filesystem::path& path, std::chrono::milliseconds time_max);

}  // namespace anyclaude::lmdb
