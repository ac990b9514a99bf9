// The logs of the programs that are started, under ~/.anyclaude/logs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "http/net/socket.h"

namespace anyclaude::launcher {

// Opens a log for appending, readable by its owner alone; one that has grown too large is set aside as FILE.1
// first. Makes its directory. Errors are io.
Result<FileDescriptor> open_log(const std::filesystem::path& file);

// Its size, from where a later last_lines() begins.
std::uintmax_t log_size(const std::filesystem::path& file);

// At most `count` lines that are not blank, of what was written behind `from`, without control characters.
std::vector<std::string> last_lines(const std::filesystem::path& file, std::uintmax_t from,
                                    std::size_t count);

}  // namespace anyclaude::launcher
