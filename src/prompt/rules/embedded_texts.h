// Data files that are compiled into the program (cmake/EmbeddedText.cmake).
#pragma once

#include <string_view>

namespace anyclaude::embedded {

extern const std::string_view kVolatileRules;   // config/volatile_rules.json
extern const std::string_view kToolRanks;       // config/tool_ranks.json
extern const std::string_view kClientProfiles;  // config/client_profiles.json

}  // namespace anyclaude::embedded
