// What the simulated model answers: from a script file, from lines in the prompt, or by default a sentence
// that names a digest of the prompt it read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "tools/simserver/chat_request.h"
#include "tools/simserver/reply.h"

namespace anyclaude::sim {

// The first rule whose conditions all hold gives the reply. A condition that is absent holds.
struct ScriptRule {
  std::string user_text;  // in the newest text a person typed
  std::string system_text;
  std::optional<std::size_t> tool_results;  // exactly so many since that text
  bool answers_schema = false;              // also when an answer by schema is asked for
  Reply reply;
};

// The prompt as far as the answer depends on it.
struct PromptIdentity {
  std::string digest;  // 16 hexadecimal digits
  std::size_t tokens = 0;
};

// Immutable, so thread-safe.
class Script {
 public:
  Script() = default;
  // [{"match": TEXT | {"text", "system", "tool_results", "schema"}, "reply": {"text", "words", "thinking",
  // "tool_calls": [{"name", "arguments"}], "fault"}}, ...]. Errors are invalid_request that name the rule.
  static Result<Script> parse(std::string_view json);
  static Result<Script> load(const std::string& path);

  // In this order: the first rule that matches; an answer by schema when one is asked for; the next `USE`
  // line; the tool that tool_choice forces; `SIM-SAY: <text>` or `SIM-WORDS: <count>` in the newest user
  // text; the default. `SIM-THINK: <text>` there comes before any but the first two, `SIM-FAULT: <fault>`
  // goes with all.
  Reply reply_to(const ChatRequest& request, const PromptIdentity& prompt) const;

 private:
  const Reply* matching_rule(const ChatRequest& request) const;

  std::vector<ScriptRule> rules_;
};

}  // namespace anyclaude::sim
