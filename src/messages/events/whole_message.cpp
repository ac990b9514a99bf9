#include "messages/events/whole_message.h"

#include "base/json_text.h"
#include "messages/events/reply_json.h"
#include "messages/json/json_spans.h"

namespace anyclaude {
namespace {

using Json = WholeMessage::Json;

// Text that is not UTF-8 is written as U+FFFD.
std::string dumped(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// `object` with the text of some of its members, which `text_of(name, value)` gives.
template <typename TextOf>
std::string object_text(const Json& object, TextOf text_of) {
  std::string out = "{";
  for (const auto& [name, value] : object.items()) {
    if (out.size() > 1) out += ',';
    append_json_string(out, name);
    out += ':';
    out += text_of(name, value);
  }
  return out + '}';
}

std::string block_text(const Json& block, std::string_view input) {
  if (input.empty() || !block.is_object()) return dumped(block);
  return object_text(block, [input](const std::string& name, const Json& value) {
    return name == "input" ? std::string(input) : dumped(value);
  });
}

std::string content_text(const Json& content, const WholeMessage& message) {
  if (!content.is_array()) return dumped(content);
  std::string out = "[";
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (i > 0) out += ',';
    out += block_text(content[i], message.input(i));
  }
  return out + ']';
}

}  // namespace

std::optional<WholeMessage> WholeMessage::parse(std::string_view text) {
  WholeMessage message;
  message.json = parse_ordered_json(text);
  if (!message.json.is_object()) return std::nullopt;
  message.source = text;
  const auto content = message.json.find("content");
  if (content == message.json.end() || !content->is_array()) return message;
  const JsonItems blocks(json_at(text, {"content"}).value_or(""));
  for (std::size_t i = 0; i < content->size(); ++i)
    message.inputs.emplace_back(json_at(blocks[i], {"input"}).value_or(""));
  return message;
}

std::string WholeMessage::text() const {
  if (!source.empty()) return source;
  return object_text(json, [this](const std::string& name, const Json& value) {
    return name == "content" ? content_text(value, *this) : dumped(value);
  });
}

std::string WholeMessage::text_without_id() const {
  if (!source.empty()) return without_member(source, "id");
  WholeMessage copy{json, inputs, {}};
  copy.json.erase("id");
  return copy.text();
}

}  // namespace anyclaude
