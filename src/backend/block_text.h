// Content blocks in words, for servers that take only text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/messages_request.h"

namespace anyclaude {

// A block as the model is to read it. Text is itself; a document with text is its title, context and text; a
// tool_reference is the definition of the tool it names; redacted thinking is empty, for nobody but Anthropic
// can read it; everything else is JSON. Base64 data of documents is replaced by its size and digest: no model
// reads it as text.
std::string block_text(const ContentBlock& block, const std::vector<Tool>& tools);

// <system-reminder>\nTEXT\n</system-reminder>, unless `text` is one already.
std::string as_reminder(std::string_view text);

// Makes every <system-reminder> tag in `text` unreadable as one.
std::string escape_reminder_tags(std::string text);

}  // namespace anyclaude
