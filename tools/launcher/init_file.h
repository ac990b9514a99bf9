#pragma once

#include <string>
#include <vector>

#include "tools/launcher/known_servers.h"

namespace anyclaude::launcher {

// The text of a commented configuration that uses the first of `found`, or shows how to name a server when
// there is none.
std::string config_for(const std::vector<FoundServer>& found);

}  // namespace anyclaude::launcher
