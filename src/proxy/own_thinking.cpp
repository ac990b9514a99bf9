#include "proxy/own_thinking.h"

#include <simdjson.h>
#include <algorithm>
#include <vector>

#include "messages/events/message_stream.h"
#include "messages/json/json_spans.h"

namespace anyclaude {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;

bool is_own_thinking(element block) {
  std::string_view type, signature;
  return block.at_key("type").get(type) == SUCCESS && type == "thinking" &&
         block.at_key("signature").get(signature) == SUCCESS &&
         signature.starts_with(kOwnThinkingSignaturePrefix);
}

// One mark for each block of a message's content; empty when there is nothing to cut in it.
std::vector<bool> own_blocks(element message) {
  array content;
  if (message.at_key("content").get(content) != SUCCESS) return {};
  std::vector<bool> own;
  for (const element block : content) own.push_back(is_own_thinking(block));
  return std::ranges::find(own, true) == own.end() ? std::vector<bool>() : own;
}

// The span of an object's member. No key stands twice, so the members' order tells them apart however their
// keys are spelled.
JsonSpan member_span(std::string_view text, JsonSpan span, simdjson::dom::object object,
                     std::string_view key) {
  const std::vector<JsonSpan> values = json_children(text, span);
  std::size_t index = 0;
  for (const auto field : object) {
    if (field.key == key) return values.at(index);
    ++index;
  }
  return {};
}

}  // namespace

std::optional<WithoutOwnThinking> cut_own_thinking(const JsonDocument& document) {
  simdjson::dom::object root;
  array messages;
  if (document.root().get(root) != SUCCESS || root.at_key("messages").get(messages) != SUCCESS)
    return std::nullopt;
  std::vector<std::vector<bool>> own;
  for (const element message : messages) own.push_back(own_blocks(message));
  if (std::ranges::all_of(own, [](const auto& blocks) { return blocks.empty(); })) return std::nullopt;

  const std::string_view text = document.body();
  const auto spans = json_children(text, member_span(text, json_value_span(text), root, "messages"));
  std::vector<bool> emptied;
  for (const auto& blocks : own)
    emptied.push_back(!blocks.empty() && std::ranges::find(blocks, false) == blocks.end());

  WithoutOwnThinking result;
  std::vector<JsonSpan> cuts = cuts_from_array(spans, emptied);
  std::size_t index = 0;
  for (const element message : messages) {
    const std::vector<bool>& blocks = own[index];
    result.blocks += static_cast<std::size_t>(std::ranges::count(blocks, true));
    if (!blocks.empty() && !emptied[index]) {
      const JsonSpan content = member_span(text, spans[index], message.get_object().value(), "content");
      const auto inner = cuts_from_array(json_children(text, content), blocks);
      cuts.insert(cuts.end(), inner.begin(), inner.end());
    }
    ++index;
  }
  std::ranges::sort(cuts, {}, &JsonSpan::begin);
  result.body = without_spans(text, cuts);
  return result;
}

}  // namespace anyclaude
