// The tools that a model may call, under the names it may write.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "backend/tool_calls/tool_call_schema.h"
#include "messages/request/messages_request.h"

namespace anyclaude {

// Not thread-safe. Costs nothing until it is asked.
class OfferedTools {
 public:
  // `tools` must stay as they are while this object lives. Those that run at Anthropic are left out; deferred
  // ones may be called once the model has been told of them.
  explicit OfferedTools(std::span<const Tool> tools) : tools_(tools) {}

  // The tool that a written name means: spelled exactly; or behind a namespace ("functions.Read",
  // "functions.Read:0"); or in other capitals, when one tool alone is meant. nullptr when none is.
  const Tool* find(std::string_view written) const;
  const ToolCallSchema& schema(const Tool& tool);

 private:
  const Tool* find_spelled(std::string_view name) const;
  void index() const;

  std::span<const Tool> tools_;
  // Both are filled when a tool is first looked for.
  mutable std::map<std::string_view, const Tool*> by_name_;
  mutable std::map<std::string, const Tool*> by_small_name_;  // null where several tools have the name
  std::map<const Tool*, ToolCallSchema> schemas_;
};

// The tools that an answer to `request` may call: none when the client forbids calls.
std::span<const Tool> callable_tools(const MessagesRequest& request);

}  // namespace anyclaude
