#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace anyclaude {

// `prefix` followed by `length` random letters and digits: ids such as msg_..., toolu_..., req_...
// From the operating system's random source; thread-safe.
std::string random_id(std::string_view prefix, std::size_t length = 24);

}  // namespace anyclaude
