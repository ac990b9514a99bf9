// The one exception to "the verbatim lane changes no byte": thinking that a local model did.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "messages/json/json_document.h"

namespace anyclaude {

struct WithoutOwnThinking {
  std::string body;
  std::size_t blocks = 0;  // that were cut
};

// The received text without the thinking blocks that carry this broker's own signature, which Anthropic would
// refuse for ever; every other byte is as received. A message that held nothing else goes too, for an empty
// one would be refused. Nothing when there is no such block.
std::optional<WithoutOwnThinking> cut_own_thinking(const JsonDocument& document);

}  // namespace anyclaude
