// Files that only this user may read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace anyclaude {

// Creates `file`, which must not exist, with mode 0600 from its first byte on. False when it cannot be
// written whole; a part of it may then be there.
bool create_private_file(const std::filesystem::path& file, std::string_view text);

// Puts a file with mode 0600 in place at once and whole; the old one stays when that fails. Errors are io,
// with `source`.
Status replace_private_file(const std::filesystem::path& file, std::string_view text, ErrorSource source);

// A name beside `file` under which it is written before it takes its place.
std::filesystem::path passing_name(const std::filesystem::path& file);

}  // namespace anyclaude
