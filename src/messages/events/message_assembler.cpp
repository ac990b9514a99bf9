#include "messages/events/message_assembler.h"

#include <utility>

#include "messages/events/reply_json.h"
#include "messages/json/json_spans.h"

namespace anyclaude {
namespace {

using Json = WholeMessage::Json;

// The one list of delta types that add text to a text member of their block.
struct TextDelta {
  std::string_view delta_type;
  std::string_view block_type;
  const char* member;
};
constexpr TextDelta kTextDeltas[] = {
    {"text_delta", "text", "text"},
    {"thinking_delta", "thinking", "thinking"},
    {"signature_delta", "thinking", "signature"},
};

const TextDelta* find_text_delta(std::string_view delta_type) {
  for (const TextDelta& known : kTextDeltas)
    if (known.delta_type == delta_type) return &known;
  return nullptr;
}

bool append_text(Json& block, const TextDelta& known, const Json& delta) {
  const std::string* piece = find_string(delta, known.member);
  if (!piece || string_or_empty(block, "type") != known.block_type) return false;
  Json& member = block[known.member];
  if (member.is_null()) member = "";
  if (!member.is_string()) return false;
  member.get_ref<std::string&>() += *piece;
  return true;
}

bool append_citation(Json& block, const Json& delta) {
  if (!delta.contains("citation") || string_or_empty(block, "type") != "text") return false;
  Json& citations = block["citations"];
  if (citations.is_null()) citations = Json::array();
  if (!citations.is_array()) return false;
  citations.push_back(delta["citation"]);
  return true;
}

}  // namespace

void MessageAssembler::feed(std::string_view event_name, std::string_view data_json) {
  if (completeness_ == MessageCompleteness::failed || event_name == "ping") return;
  if (event_name == "error") {
    error_json_ = data_json;
    completeness_ = MessageCompleteness::failed;
    return;
  }
  if (broken_) return;
  const Json event = parse_ordered_json(data_json);
  if (!event.is_object()) return give_up(data_json);
  dispatch(event_name.empty() ? string_or_empty(event, "type") : event_name, event, data_json);
}

void MessageAssembler::dispatch(std::string_view event_name, const Json& event, std::string_view data_json) {
  if (event_name == "error") {
    error_json_ = event.dump();
    completeness_ = MessageCompleteness::failed;
    return;
  }
  if (event_name == "message_start") return start(event);
  const bool known = event_name == "content_block_start" || event_name == "content_block_delta" ||
                     event_name == "content_block_stop" || event_name == "message_delta" ||
                     event_name == "message_stop";
  if (!known) return;
  if (completeness_ != MessageCompleteness::incomplete) return give_up();
  if (event_name == "content_block_start") return block_start(event, data_json);
  if (event_name == "content_block_delta") return block_delta(event);
  if (event_name == "content_block_stop") return block_stop(event);
  if (event_name == "message_delta") return message_delta(event);
  message_stop();
}

void MessageAssembler::start(const Json& event) {
  const auto message = event.find("message");
  if (completeness_ != MessageCompleteness::nothing || message == event.end() || !message->is_object()) {
    return give_up();
  }
  completeness_ = MessageCompleteness::incomplete;
  whole_.json = *message;
  Json& content = whole_.json["content"];
  if (content.is_null()) content = Json::array();
  // Blocks that a server already put into message_start would be lost by a client that reads events.
  if (!content.is_array() || !content.empty()) give_up();
}

void MessageAssembler::block_start(const Json& event, std::string_view data_json) {
  const auto block = event.find("content_block");
  Json& content = whole_.json["content"];
  if (block_is_open_ || closing_ || block == event.end() || !find_string(*block, "type") ||
      event.value("index", Json()) != Json(content.size())) {
    return give_up();
  }
  content.push_back(*block);
  whole_.inputs.emplace_back(json_at(data_json, {"content_block", "input"}).value_or(""));
  partial_input_.clear();
  block_is_open_ = true;
}

bool MessageAssembler::is_open(const Json& event) const {
  return block_is_open_ && event.value("index", Json()) == Json(whole_.json["content"].size() - 1);
}

void MessageAssembler::block_delta(const Json& event) {
  const auto delta = event.find("delta");
  if (!is_open(event) || delta == event.end() || !delta->is_object()) return give_up();
  Json& block = whole_.json["content"].back();
  const std::string_view type = string_or_empty(*delta, "type");
  if (const TextDelta* known = find_text_delta(type)) {
    if (!append_text(block, *known, *delta)) give_up();
  } else if (type == "citations_delta") {
    if (!append_citation(block, *delta)) give_up();
  } else if (const std::string* piece = find_string(*delta, "partial_json");
             piece && type == "input_json_delta" && block.contains("input")) {
    partial_input_ += *piece;
  } else {
    give_up();
  }
}

void MessageAssembler::block_stop(const Json& event) {
  if (!is_open(event)) return give_up();
  block_is_open_ = false;
  if (partial_input_.empty()) return;
  Json input = parse_ordered_json(partial_input_);
  if (!input.is_object()) return give_up(partial_input_);
  whole_.json["content"].back()["input"] = std::move(input);
  whole_.inputs.back() = std::move(partial_input_);
}

void MessageAssembler::message_delta(const Json& event) {
  if (block_is_open_) return give_up();
  closing_ = true;
  for (const auto& [name, value] : event.items()) {
    if (name == "type") continue;
    if (name == "delta" || name == "usage") {
      if (!value.is_object()) return give_up();
      // The counts of a message_delta are cumulative: they replace those of message_start.
      Json& target = name == "delta" ? whole_.json : whole_.json["usage"];
      if (target.is_null()) target = Json::object();
      if (!target.is_object()) return give_up();
      target.update(value);
    } else {
      whole_.json[name] = value;
    }
  }
}

void MessageAssembler::message_stop() {
  if (block_is_open_ || !find_string(whole_.json, "stop_reason") || !whole_.json["content"].is_array()) {
    return give_up();
  }
  completeness_ = MessageCompleteness::complete;
}

void MessageAssembler::give_up() {
  broken_ = true;
  completeness_ = MessageCompleteness::incomplete;
}

void MessageAssembler::give_up(std::string_view unread) {
  too_deep_ = is_json_too_deep(unread);
  give_up();
}

}  // namespace anyclaude
