// What a launcher and its supervisor say to each other, as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/launcher/supervisor.h"

namespace anyclaude::launcher {

std::string order_text(const SupervisorOrder& order);
std::optional<SupervisorOrder> parse_order(std::string_view text);

// One line with its end.
std::string event_line(const SupervisorEvent& event);
// What is no event tells of a supervisor that has gone.
SupervisorEvent parse_event(std::string_view line);

}  // namespace anyclaude::launcher
