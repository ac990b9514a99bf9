#pragma once

#include <cstddef>
#include <string_view>

namespace anyclaude {

// Where a figure comes from: reported by the server, computed by the broker, or unknown. Never mixed in one
// sum.
enum class Certainty { measured, estimated, unknown };
inline constexpr std::size_t kCertaintyCount = 3;
std::string_view name_of(Certainty certainty);

}  // namespace anyclaude
