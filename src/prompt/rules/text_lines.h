// Text as lines, and lines as numbers that can be compared and kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace anyclaude {

// The lines without their ends; joined by "\n" they are the text again.
std::vector<std::string_view> split_lines(std::string_view text);
std::string join_lines(const std::vector<std::string_view>& lines);

bool is_blank(std::string_view line);

// What stands for a line, or for the two lines on one side of it, where the line itself is not kept.
using LineMark = std::uint64_t;
std::vector<LineMark> mark_lines(const std::vector<std::string_view>& lines, const HashSecret& secret);

}  // namespace anyclaude
