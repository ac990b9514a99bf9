// Data files that are compiled into the program (cmake/EmbeddedText.cmake).
#pragma once

#include <span>
#include <string_view>

namespace anyclaude::embedded {

extern const std::string_view kModelFamilies;                     // config/model_families.json
extern const std::span<const std::string_view> kBackendProfiles;  // config/backends/*.json, by name

}  // namespace anyclaude::embedded
