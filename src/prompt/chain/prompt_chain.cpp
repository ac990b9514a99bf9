#include "prompt/chain/prompt_chain.h"

#include <string>
#include <string_view>

#include "messages/request/block_visitor.h"

namespace anyclaude {
namespace {

class ChainWriter {
 public:
  explicit ChainWriter(const HashSecret& secret) : chain_(secret) {}

  void text(SegmentKind kind, std::string_view text) {
    while (text.size() > kSegmentBytes) {
      const std::size_t end = text.find('\n', kSegmentBytes);
      if (end == text.npos) break;
      chain_.append(kind, text.substr(0, end + 1));
      text.remove_prefix(end + 1);
    }
    chain_.append(kind, text);
  }

  void system(const TextBlock& block) { text(SegmentKind::system_text, block.text); }
  void tool(const Tool& tool) {
    text(SegmentKind::tool_definition, tool.name + '\n' + tool.description);
    text(SegmentKind::tool_definition, tool.input_schema.text);
  }
  void message(const Message& message) {
    kind_ = message.role == Role::assistant ? SegmentKind::assistant_turn : SegmentKind::user_turn;
  }

  void operator()(const TextBlock& block) { text(kind_, block.text); }
  void operator()(const ImageBlock& block) {
    chain_.append(kind_, block.source == MediaSource::other ? block.other.text : block.data);
  }
  void operator()(const DocumentBlock& block) {
    text(kind_, block.title + block.context + block.data + block.other.text);
  }
  void operator()(const ToolUseBlock& block) { text(kind_, block.name + '\n' + block.input.text); }
  void operator()(const ToolResultBlock& block) {
    kind_ = SegmentKind::tool_result;
    visit_blocks(block.content, *this);
    kind_ = SegmentKind::user_turn;
  }
  // Templates drop earlier thinking more often than not.
  void operator()(const ThinkingBlock&) {}
  void operator()(const RedactedThinkingBlock&) {}
  void operator()(const ToolReferenceBlock& block) { text(kind_, block.tool_name); }
  void operator()(const UnknownBlock& block) { text(kind_, block.json.text); }

  PrefixChain take() { return std::move(chain_); }

 private:
  PrefixChain chain_;
  SegmentKind kind_ = SegmentKind::user_turn;
};

}  // namespace

PrefixChain make_prompt_chain(const MessagesRequest& request, TemplateOrder order, const HashSecret& secret) {
  ChainWriter writer(secret);
  visit_prompt(request, order, writer);
  return writer.take();
}

}  // namespace anyclaude
