// LMDB's and the system's error numbers as errors with a sentence.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/error.h"

namespace anyclaude::lmdb {

// `what` is what could not be done: "read", "written", "opened".
Error store_error(int code, std::string_view what, const std::filesystem::path& directory);

}  // namespace anyclaude::lmdb
