#include "backend/tokens/prompt_size.h"

#include <numeric>
#include <string_view>

#include "messages/request/block_visitor.h"

namespace anyclaude {
namespace {

// Role markers and separators that every template writes around a message or a tool.
constexpr std::uint64_t kBytesPerFrame = 16;

class PromptMeasure {
 public:
  void system(const TextBlock& block) { add(PromptKind::instructions, block.text); }
  void tool(const Tool& tool) {
    add(PromptKind::instructions, tool.name);
    add(PromptKind::instructions, tool.description);
    add(PromptKind::schemas, tool.input_schema.text);
    frame(PromptKind::schemas);
  }
  void message(const Message&) { frame(PromptKind::prose); }

  void operator()(const TextBlock& block) { add(own_text_, block.text); }
  void operator()(const ImageBlock&) { ++size_.images; }
  void operator()(const DocumentBlock& block) {
    add(PromptKind::prose, block.title);
    add(PromptKind::prose, block.context);
    if (block.source == MediaSource::base64) {
      ++size_.images;
    } else {
      add(PromptKind::prose, block.data);
      add(PromptKind::prose, block.other.text);
    }
  }
  void operator()(const ToolUseBlock& block) {
    add(PromptKind::code, block.name);
    add(PromptKind::code, block.input.text);
    frame(PromptKind::code);
  }
  void operator()(const ToolResultBlock& block) {
    own_text_ = PromptKind::code;
    visit_blocks(block.content, *this);
    own_text_ = PromptKind::prose;
    frame(PromptKind::code);
  }
  void operator()(const ThinkingBlock& block) {
    add(PromptKind::prose, block.thinking);
    size_.thinking_bytes += block.thinking.size();
  }
  void operator()(const RedactedThinkingBlock&) {}
  void operator()(const ToolReferenceBlock& block) { add(PromptKind::code, block.tool_name); }
  void operator()(const UnknownBlock& block) { add(PromptKind::code, block.json.text); }

  PromptSize size() const { return size_; }

 private:
  void add(PromptKind kind, std::string_view text) {
    size_.bytes[static_cast<std::size_t>(kind)] += text.size();
  }
  void frame(PromptKind kind) { size_.bytes[static_cast<std::size_t>(kind)] += kBytesPerFrame; }

  PromptSize size_;
  PromptKind own_text_ = PromptKind::prose;  // of text blocks: those inside a tool's result are its output
};

}  // namespace

std::uint64_t PromptSize::total_bytes() const {
  return std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0});
}

PromptSize prompt_size(const MessagesRequest& request) {
  PromptMeasure measure;
  visit_prompt(request, TemplateOrder::tools_last, measure);
  return measure.size();
}

}  // namespace anyclaude
