// Which rows of state were learned from which project's prompts, so that they can be purged together. The
// rows themselves say nothing of it, so earlier versions read them as before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "storage/state_store.h"

namespace anyclaude {

// Table name, '/', key of the row -> the names of its projects, one behind the other. More rows than the
// tables hold together, so a row loses its projects only when it was not written for long.
inline constexpr StateTable kRowProjectsTable{"row_projects", 1, 60'000, 512};

// A project's name in the store: 32 hexadecimal digits, a keyed digest of its directory as the client says
// it. The directory itself is nowhere in the store. Empty for an empty directory.
std::string project_name(std::string_view directory, const HashSecret& secret);

// What is written when a row is about to hold what these projects' prompts say, beside what it may hold of
// others. Nothing where it says so already; empty names are passed over. Written before the row, so that no
// row of a project is without its name.
Result<std::optional<StateWrite>> row_attribution(StateStore& states, const StateTable& table,
                                                  std::string_view key,
                                                  const std::vector<std::string>& projects);

// Erases the rows that hold something of the project, and those of which no project is known. How many.
Result<std::uint64_t> purge_rows_of(StateStore& states, const StateTable& table, std::string_view project);

}  // namespace anyclaude
