// Where a coding client says it works.
#pragma once

#include <string>

#include "messages/request/messages_request.h"

namespace anyclaude {

// The directory on the first line "Working directory: ..." or "Primary working directory: ..." that only the
// client can have written: of the system text, of system messages, of the first turn. Empty when none says.
std::string find_working_directory(const MessagesRequest& request);

}  // namespace anyclaude
