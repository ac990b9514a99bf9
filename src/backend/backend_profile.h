// What is peculiar about each kind of model server, as data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "canonical/canonical_request.h"

namespace anyclaude {

enum class Dialect { anthropic, openai_chat };
enum class ReasoningField { none, reasoning_content, reasoning };
enum class MaxTokensField { max_tokens, max_completion_tokens };
enum class SlotReports { none, llama_cpp };

struct BackendProfile {
  std::string name;
  std::vector<std::string> aliases;
  std::string description;
  Dialect dialect = Dialect::openai_chat;
  std::string default_base_url = {};  // empty: the user has to say it
  MaxTokensField max_tokens_field = MaxTokensField::max_tokens;
  // The member of an assistant message in which earlier reasoning goes back to the server.
  ReasoningField reasoning_in_history = ReasoningField::none;
  SlotReports reports = SlotReports::none;  // whether /props and `timings` can be asked for
  bool takes_top_k = false;

  Lane lane() const { return dialect == Dialect::anthropic ? Lane::verbatim : Lane::rewritten; }
};

const std::vector<BackendProfile>& backend_profiles();
// By name or alias; nullptr when unknown.
const BackendProfile* find_profile(std::string_view name);
// The known name or alias nearest to a misspelled one.
std::string nearest_profile_name(std::string_view name);

}  // namespace anyclaude
