// Whether a project's file may do what it says: the question on a terminal, and the record of the answers.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "config/trust_record.h"
#include "tools/launcher/arguments.h"
#include "tools/launcher/signals.h"

namespace anyclaude::launcher {

// Before Claude Code runs. Where an approval is needed and missing it is asked for on a terminal, once;
// without a terminal, and after a no, that is the error (permission, source config). Cancelled when a signal
// asked to end. A file that cannot be read is no error here: reading it tells what is wrong.
Status settle_approval(const Arguments& arguments, const EnvironmentVariables& environment, Signals& signals);

// Writes an approval down, beside other processes that do so.
Status remember_approval(const std::filesystem::path& home, const TrustedFile& file);
Result<bool> forget_approval(const std::filesystem::path& home, const std::string& path);

}  // namespace anyclaude::launcher
