#include "config/printable.h"

#include <nlohmann/json.hpp>

namespace anyclaude {

std::string printable_quoted(std::string_view text) {
  return nlohmann::json(std::string(text)).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace anyclaude
