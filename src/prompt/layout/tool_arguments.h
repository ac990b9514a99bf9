// The arguments of tool calls as the model wrote them, so that the history reads as it was generated.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "messages/request/messages_request.h"
#include "prompt/layout/pending_state.h"

namespace anyclaude {

inline constexpr StateTable kToolArgumentsTable{"tool_arguments", 1, 20'000, 256 * 1024};

// Thread-safe. The lock is held for one call's text at a time, never while the store is read.
class ToolArguments {
 public:
  explicit ToolArguments(PendingState& state) : state_(state) {}

  // `text` is what the model wrote for the call that the client knows as `tool_use_id`. Text that is no JSON
  // object, or that no client can spell in another way, needs no memory. `project` is the name of the one
  // whose prompt was answered (storage/row_projects.h), or empty.
  void remember(std::string_view tool_use_id, std::string_view text, std::string_view project);

  // Gives every call of the history the text it was made with, where that text still means what the client
  // sends.
  void restore(MessagesRequest& request);

 private:
  struct Entry {
    std::string id;
    std::string canonical;  // empty with `text`: nothing is remembered of this call
    std::string text;
  };
  Entry find(const std::string& id);
  void add(Entry entry);

  PendingState& state_;
  std::mutex mutex_;          // of everything below
  std::list<Entry> entries_;  // the one used last in front
  std::unordered_map<std::string, std::list<Entry>::iterator> by_id_;
};

}  // namespace anyclaude
