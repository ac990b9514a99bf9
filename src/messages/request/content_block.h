// The content blocks of the Anthropic Messages API, as the rewritten lane reads them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "messages/json/spelled_json.h"

namespace anyclaude {

struct ContentBlock;

struct TextBlock {
  std::string text;
};

enum class MediaSource { base64, text, url, file, other };

struct ImageBlock {
  MediaSource source = MediaSource::base64;
  std::string media_type;
  std::string data;        // base64 text, URL or file id, by source
  SpelledJson other = {};  // the source itself, when it is `other`
};

struct DocumentBlock {
  MediaSource source = MediaSource::base64;
  std::string media_type;
  std::string data;
  std::string title;
  std::string context;
  SpelledJson other = {};  // as of an image
};

struct ToolUseBlock {
  std::string id;
  std::string name;
  SpelledJson input;  // an object
};

enum class ToolOutcome { ok, error };

struct ToolResultBlock {
  std::string tool_use_id;
  std::vector<ContentBlock> content;  // a string is read as one text block
  ToolOutcome outcome = ToolOutcome::ok;
};

struct ThinkingBlock {
  std::string thinking;
  std::string signature;
};

struct RedactedThinkingBlock {
  std::string data;
};

// Names a deferred tool that a search has found; stands inside a tool result.
struct ToolReferenceBlock {
  std::string tool_name;
};

// A block of a type this version does not know. It is shown to the model as JSON, never dropped.
struct UnknownBlock {
  std::string type;
  SpelledJson json;  // the whole block less cache_control
};

struct ContentBlock {
  std::variant<TextBlock, ImageBlock, DocumentBlock, ToolUseBlock, ToolResultBlock, ThinkingBlock,
               RedactedThinkingBlock, ToolReferenceBlock, UnknownBlock>
      value;
};

}  // namespace anyclaude
