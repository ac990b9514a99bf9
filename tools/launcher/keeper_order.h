// What a launcher and its keeper say to each other, as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/launcher/keeper.h"

namespace anyclaude::launcher {

std::string order_text(const KeeperOrder& order);
std::optional<KeeperOrder> parse_order(std::string_view text);

// One line with its end.
std::string event_line(const KeeperEvent& event);
// What is no event tells of a keeper that has gone.
KeeperEvent parse_event(std::string_view line);

}  // namespace anyclaude::launcher
