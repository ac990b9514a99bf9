#include "messages/request/request_bounds.h"

#include <simdjson.h>
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "messages/json/json_document.h"

namespace anyclaude {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

tl::unexpected<Error> refuse(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::client, std::move(message));
}

tl::unexpected<Error> too_many(std::string_view where, std::string_view what, std::size_t most,
                               std::string_view advice) {
  return refuse(std::string(where) + ": this broker takes at most " + std::to_string(most) + ' ' +
                std::string(what) + " in one request; " + std::string(advice));
}

std::optional<array> list_at(const element& value, std::string_view name) {
  object members;
  array list;
  if (value.get(members) != simdjson::SUCCESS || members.at_key(name).get(list) != simdjson::SUCCESS)
    return std::nullopt;
  return list;
}

// The blocks of a content, and those inside of them.
std::size_t count_blocks(const element& holder, std::string_view name) {
  const auto blocks = list_at(holder, name);
  if (!blocks) return 0;
  std::size_t count = blocks->size();
  for (const element block : *blocks) count += count_blocks(block, "content");
  return count;
}

Status check_tools(const array& tools) {
  if (tools.size() > limits::kToolsMax) return too_many("tools", "tools", limits::kToolsMax, "offer fewer");
  std::vector<std::string_view> names;
  names.reserve(tools.size());
  for (const element tool : tools) {
    object members;
    std::string_view name;
    if (tool.get(members) == simdjson::SUCCESS && members.at_key("name").get(name) == simdjson::SUCCESS)
      names.push_back(name);
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::adjacent_find(names);
  if (repeated == names.end()) return {};
  return refuse("tools: Tool names must be unique. Two tools are called '" + std::string(*repeated) + "'");
}

Status check_messages(const element& root) {
  std::size_t blocks = count_blocks(root, "system");
  if (const auto messages = list_at(root, "messages")) {
    if (messages->size() > limits::kMessagesMax)
      return too_many("messages", "messages", limits::kMessagesMax,
                      "begin a new conversation or compact this one");
    for (const element message : *messages) blocks += count_blocks(message, "content");
  }
  if (blocks <= limits::kContentBlocksMax) return {};
  return too_many("messages", "content blocks", limits::kContentBlocksMax,
                  "begin a new conversation or compact this one");
}

}  // namespace

Status check_request_bounds(const JsonDocument& document) {
  if (const auto tools = list_at(document.root(), "tools"))
    if (const Status status = check_tools(*tools); !status) return status;
  return check_messages(document.root());
}

}  // namespace anyclaude
