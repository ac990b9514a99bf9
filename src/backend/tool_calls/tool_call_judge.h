// Turns what a model wrote into calls of tools, or says that it is none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/tool_calls/tool_call_offers.h"

namespace anyclaude {

// A call as it stands in the text, of which it keeps views.
struct WrittenCall {
  enum class Form {
    whole,      // `json` names the tool and holds its arguments, or lists several such objects
    arguments,  // `json` holds the arguments
    members,    // each argument is plain text
  };
  Form form = Form::whole;
  std::string_view name = {};  // as written; empty when `json` says it
  std::string_view json = {};
  std::vector<std::pair<std::string_view, std::string_view>> members = {};
  std::string translated = {};  // in place of `json`, for a format whose values are not spelled as JSON

  std::string_view json_text() const { return translated.empty() ? json : std::string_view(translated); }
};

// A call as the client gets it.
struct RescuedCall {
  std::string name;        // as offered
  std::string input_json;  // a JSON object that fits the tool's schema
  bool operator==(const RescuedCall&) const = default;
};

// All of the calls, or nothing when one of them names no tool on offer, has arguments that do not fit, or can
// be read in more than one way. Arguments that need no change keep the model's spelling.
std::optional<std::vector<RescuedCall>> judge_calls(const std::vector<WrittenCall>& written,
                                                    OfferedTools& tools);

}  // namespace anyclaude
