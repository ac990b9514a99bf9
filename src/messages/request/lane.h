// The two ways a request goes to its server.
#pragma once

#include <string_view>

namespace anyclaude {

// As the client sent it, byte for byte, or decoded and written again for the server.
enum class Lane { verbatim, rewritten };
std::string_view name_of(Lane lane);

}  // namespace anyclaude
