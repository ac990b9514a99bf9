// Puts prompts in the order that lets a model server reuse what it holds, and learns from what it sees.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "canonical/canonical_request.h"
#include "messages/request/messages_request.h"
#include "prompt/layout/prompt_parts.h"
#include "prompt/layout/tool_order.h"
#include "prompt/rules/volatile_rules.h"
#include "storage/state_store.h"

namespace anyclaude {

enum class Learning { allowed, forbidden };

// Whose conversation it is. All but the partition may be empty.
struct PromptContext {
  std::string_view partition;
  std::string_view agent_id;
  std::string_view session_id;
  Learning learning = Learning::allowed;
  std::string_view project = {};  // its name in the store (storage/row_projects.h)
};

// What was done to a request.
struct OrderReport {
  bool continues = false;   // a conversation known before
  std::size_t updates = 0;  // said in this conversation so far
  std::vector<RuleEffect> effects;
};

struct PromptLayerOptions {
  OrderingLevel level = OrderingLevel::standard;
  VolatileRules rules = VolatileRules::built_in();
  FirstRanks first_ranks = FirstRanks::built_in();
};

// Thread-safe. What the client said stays in the request, exactly once, except what a rule drops:
//   off         nothing is touched;
//   safe        noise is dropped; tools stand by rank, and a conversation keeps the order it began with;
//   standard    lines that vary move from system prompt, tools and reminders into one block of session facts
//   in
//               the first turn, behind what the client says there and in front of what the person typed; what
//               changes in mid-conversation keeps its place, and the change is written where it was first
//               seen;
//   aggressive  the system prompt moves to the first turn too, behind the tools.
// A state store that fails is worked without: then layouts last as long as this object.
class PromptOrderer {
 public:
  PromptOrderer(StateStore& store, const HashSecret& secret, PromptLayerOptions options = {});
  ~PromptOrderer();
  PromptOrderer(const PromptOrderer&) = delete;
  PromptOrderer& operator=(const PromptOrderer&) = delete;

  OrderReport order(MessagesRequest& request, const PromptContext& context);

  // What the model wrote as the arguments of a call that the client will send back under this id. `project`:
  // as in PromptContext.
  void remember_arguments(std::string_view tool_use_id, std::string_view text, std::string_view project = {});

  // Writes what was learned. Takes as long as the store takes: call it when the client has its answer.
  Status flush();
  // Drops what is in memory, written or not: another process has emptied the store. Requests under way end
  // with what they had.
  void forget();

  OrderingLevel level() const { return options_.level; }

 private:
  class Impl;
  std::shared_ptr<Impl> impl() const;

  StateStore& store_;
  const HashSecret secret_;
  const PromptLayerOptions options_;
  mutable std::mutex mutex_;
  std::shared_ptr<Impl> impl_;
};

}  // namespace anyclaude
