// Content blocks in words, for servers that take only text.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "messages/request/messages_request.h"

namespace anyclaude {

// Blocks of one request as the model is to read them. Text is itself; a document with text is its title,
// context and text; a tool_reference is the definition of the tool it names, as long as the definitions told
// take no more than kToldDefinitionsBytesMax, and behind that the name alone; redacted thinking is empty, for
// only Anthropic can read it; everything else is JSON. Base64 data of documents is replaced by its size and
// digest: no model reads it as text. A visitor of
// blocks. Not thread-safe; blocks are told in the order of the conversation.
class BlockTexts {
 public:
  // `tools` must stay as they are while this object lives.
  explicit BlockTexts(const std::vector<Tool>& tools) : tools_(tools) {}

  std::string operator()(const TextBlock& block);
  std::string operator()(const ImageBlock& block);
  std::string operator()(const DocumentBlock& block);
  std::string operator()(const ToolUseBlock& block);
  std::string operator()(const ToolResultBlock& block);
  std::string operator()(const ThinkingBlock& block);
  std::string operator()(const RedactedThinkingBlock& block);
  std::string operator()(const ToolReferenceBlock& block);
  std::string operator()(const UnknownBlock& block);

 private:
  const std::vector<Tool>& tools_;
  std::unordered_map<std::string_view, const Tool*> by_name_;  // filled when the first reference comes
  std::size_t definition_bytes_left_ = limits::kToldDefinitionsBytesMax;
};

// <system-reminder>\nTEXT\n</system-reminder>, unless `text` is one already.
std::string as_reminder(std::string_view text);

// Makes every <system-reminder> tag in `text` unreadable as one.
std::string escape_reminder_tags(std::string_view text);

}  // namespace anyclaude
