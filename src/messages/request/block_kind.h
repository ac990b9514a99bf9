// The kinds of content block this version knows, by the names they have on the wire.
#pragma once

#include <string_view>

namespace anyclaude {

enum class BlockKind {
  text,
  image,
  document,
  tool_use,
  tool_result,
  thinking,
  redacted_thinking,
  tool_reference,
  unknown,
};

// `unknown` for every other name.
BlockKind block_kind_from(std::string_view type);

}  // namespace anyclaude
