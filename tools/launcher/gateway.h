#pragma once

#include <string>

#include "tools/launcher/setting.h"

namespace anyclaude::launcher {

// What a user must know whose environment points Claude Code at a gateway (ANTHROPIC_BASE_URL): the launcher
// points it at the broker, whose server is another one. Empty when there is nothing to tell. Names no
// password.
std::string gateway_note(const Setting& setting, const ChosenBackend& backend);

}  // namespace anyclaude::launcher
