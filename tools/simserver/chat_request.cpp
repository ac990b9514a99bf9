#include "tools/simserver/chat_request.h"

#include <algorithm>

#include "base/digest.h"

namespace anyclaude::sim {
namespace {

void append_spaced_json(std::string& out, const Json& value) {
  if (value.is_object()) {
    out += '{';
    for (auto member = value.begin(); member != value.end(); ++member) {
      if (member != value.begin()) out += ", ";
      out += json_text(member.key()) + ": ";
      append_spaced_json(out, member.value());
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    for (auto element = value.begin(); element != value.end(); ++element) {
      if (element != value.begin()) out += ", ";
      append_spaced_json(out, *element);
    }
    out += ']';
  } else {
    out += json_text(value);
  }
}

}  // namespace

std::string ChatMessage::text() const {
  std::string joined;
  for (const std::string& part : texts) {
    if (!joined.empty()) joined += '\n';
    joined += part;
  }
  return joined;
}

const OfferedTool* ChatRequest::find_tool(std::string_view name) const {
  const auto found =
      std::find_if(tools.begin(), tools.end(), [&](const OfferedTool& tool) { return tool.name == name; });
  return found == tools.end() ? nullptr : &*found;
}

NewestUserText newest_user_text(const ChatRequest& request) {
  NewestUserText newest;
  for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message) {
    if (message->speaker == Speaker::tool) ++newest.tool_results;
    if (message->speaker != Speaker::user) continue;
    for (const std::string& text : message->texts) {
      if (text.starts_with("<system-reminder>")) continue;
      if (!newest.text.empty()) newest.text += '\n';
      newest.text += text;
    }
    if (!newest.text.empty()) break;
  }
  return newest;
}

std::string media_marker(std::string_view kind, std::string_view data) {
  return "<|" + std::string(kind) + "_" + sha256_hex(data).substr(0, 16) + "|>";
}

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string spaced_json(const Json& value) {
  std::string out;
  append_spaced_json(out, value);
  return out;
}

}  // namespace anyclaude::sim
