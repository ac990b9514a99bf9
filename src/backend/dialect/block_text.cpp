#include "backend/dialect/block_text.h"

#include <algorithm>

#include "backend/dialect/chat_conversation.h"
#include "base/digest.h"
#include "base/json_text.h"
#include "http/wire/http_message.h"
#include "messages/request/block_visitor.h"

namespace anyclaude {
namespace {

constexpr std::string_view kReminderName = "system-reminder";
constexpr std::string_view kReminderOpen = "<system-reminder>";
constexpr std::string_view kReminderClose = "</system-reminder>";

std::string_view name_of(MediaSource source) {
  switch (source) {
    case MediaSource::base64:
      return "base64";
    case MediaSource::text:
      return "text";
    case MediaSource::url:
      return "url";
    case MediaSource::file:
      return "file";
    case MediaSource::other:
      return "other";
  }
  return "other";
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
  append_json_string(out, value);
}

// Of an image or a document.
template <typename Block>
std::string source_json(const Block& block) {
  if (block.source == MediaSource::other) return block.other.text;
  const std::string_view data = block.data;
  std::string out = "{";
  append_member(out, "type", name_of(block.source));
  append_member(out, "media_type", block.media_type);
  switch (block.source) {
    case MediaSource::base64:
      append_member(out, "sha256", sha256_hex(data));
      out += R"(,"base64_bytes":)" + std::to_string(data.size());
      break;
    case MediaSource::url:
      append_member(out, "url", data);
      break;
    case MediaSource::file:
      append_member(out, "file_id", data);
      break;
    case MediaSource::text:
    case MediaSource::other:
      append_member(out, "data", data);
      break;
  }
  return out + '}';
}

}  // namespace

std::string BlockTexts::operator()(const TextBlock& block) {
  return block.text;
}

std::string BlockTexts::operator()(const ImageBlock& block) {
  return R"({"type":"image","source":)" + source_json(block) + '}';
}

std::string BlockTexts::operator()(const DocumentBlock& block) {
  if (block.source != MediaSource::text) {
    std::string out = R"({"type":"document","source":)";
    out += source_json(block);
    append_member(out, "title", block.title);
    append_member(out, "context", block.context);
    return out + '}';
  }
  std::string out;
  for (const std::string* piece : {&block.title, &block.context, &block.data}) {
    if (piece->empty()) continue;
    if (!out.empty()) out += "\n\n";
    out += *piece;
  }
  return out;
}

std::string BlockTexts::operator()(const ToolUseBlock& block) {
  std::string out = R"({"type":"tool_use","name":)" + json_string(block.name);
  return out + R"(,"input":)" + block.input.text + '}';
}

std::string BlockTexts::operator()(const ToolResultBlock& block) {
  std::string out;
  for (const ContentBlock& inner : block.content) {
    if (!out.empty()) out += "\n\n";
    out += visit_block(inner, *this);
  }
  return out;
}

std::string BlockTexts::operator()(const ThinkingBlock& block) {
  return block.thinking;
}

std::string BlockTexts::operator()(const RedactedThinkingBlock&) {
  return {};
}

std::string BlockTexts::operator()(const UnknownBlock& block) {
  return block.json.text;
}

std::string BlockTexts::operator()(const ToolReferenceBlock& block) {
  if (by_name_.empty())
    for (const Tool& tool : tools_) by_name_.emplace(tool.name, &tool);
  if (const auto tool = by_name_.find(block.tool_name); tool != by_name_.end()) {
    const std::size_t bytes = tool->second->description.size() + tool->second->input_schema.text.size();
    if (bytes <= definition_bytes_left_) {
      definition_bytes_left_ -= bytes;
      return chat_tool_json(*tool->second);
    }
  }
  return R"({"type":"tool_reference","tool_name":)" + json_string(block.tool_name) + '}';
}

std::string as_reminder(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (text.starts_with(kReminderOpen) && text.substr(0, last + 1).ends_with(kReminderClose)) {
    return std::string(text);
  }
  std::string out(kReminderOpen);
  out += '\n';
  out += text;
  out += '\n';
  out += kReminderClose;
  return out;
}

std::string escape_reminder_tags(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t copied = 0;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const std::size_t name = at + 1 < text.size() && text[at + 1] == '/' ? at + 2 : at + 1;
    if (!equals_ignoring_case(text.substr(name, kReminderName.size()), kReminderName)) continue;
    out += text.substr(copied, at - copied);
    out += "&lt;";
    copied = at + 1;
  }
  out += text.substr(copied);
  return out;
}

}  // namespace anyclaude
