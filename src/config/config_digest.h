#pragma once

#include <string>

#include "config/config.h"

namespace anyclaude {

// Equal for configurations that make equal brokers, so that a program can tell whether the broker that runs
// is the one it would start. Keys enter it, and cannot be read from it. Which address it listens on,
// which mode it begins with and what it logs make no difference.
std::string config_digest(const Config& config);

}  // namespace anyclaude
