#include "proxy/argument_listener.h"

#include <nlohmann/json.hpp>

#include "messages/events/reply_json.h"

namespace anyclaude {

void ArgumentListener::on_event(const MessageEvent& event) {
  if (event.name == "content_block_start") {
    open_ = event.data.find("\"tool_use\"") != std::string::npos;
    if (!open_) return;
    const nlohmann::json data = parse_reply_json(event.data);
    const auto block = data.find("content_block");
    open_ = block != data.end() && string_or_empty(*block, "type") == "tool_use";
    if (open_) heard_.push_back({std::string(string_or_empty(*block, "id")), {}});
  } else if (open_ && event.name == "content_block_delta") {
    const nlohmann::json data = parse_reply_json(event.data);
    const auto delta = data.find("delta");
    if (delta != data.end()) heard_.back().text += string_or_empty(*delta, "partial_json");
  } else if (event.name == "content_block_stop") {
    open_ = false;
  }
}

}  // namespace anyclaude
