#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "messages/events/message_assembler.h"
#include "messages/events/message_event.h"
#include "messages/events/reply_json.h"

namespace anyclaude {
namespace {

using Json = WholeMessage::Json;

class Replay {
 public:
  explicit Replay(MessageEventSink& sink) : sink_(sink) {}

  void start(const Json& message) {
    Json head = message;
    head["content"] = Json::array();
    head["stop_reason"] = nullptr;
    head["stop_sequence"] = nullptr;
    if (const auto usage = head.find("usage"); usage != head.end() && usage->is_object()) {
      // A live stream starts without output; clients take the larger figure from message_delta.
      if (const auto output = usage->find("output_tokens");
          output != usage->end() && output->is_number_unsigned()) {
        *output = std::min<std::uint64_t>(output->get<std::uint64_t>(), 1);
      }
    }
    emit("message_start", {{"message", std::move(head)}});
  }

  // `input` is how the block's input is spelled, when that is known.
  void block(const Json& block, std::string_view input) {
    const std::string_view type = string_or_empty(block, "type");
    Json opening = block;
    Json deltas = Json::array();
    if (type == "text") {
      move_citations(opening, deltas);
      move_text(opening, "text", "text_delta", deltas);
    } else if (type == "thinking") {
      move_text(opening, "thinking", "thinking_delta", deltas);
      move_text(opening, "signature", "signature_delta", deltas);
    } else if (is_call(type, block)) {
      opening["input"] = Json::object();
      if (!block["input"].empty()) {
        deltas.push_back({{"type", "input_json_delta"},
                          {"partial_json", input.empty() ? block["input"].dump() : std::string(input)}});
      }
    }
    emit("content_block_start", {{"index", index_}, {"content_block", std::move(opening)}});
    for (Json& delta : deltas) emit("content_block_delta", {{"index", index_}, {"delta", std::move(delta)}});
    emit("content_block_stop", {{"index", index_}});
    ++index_;
  }

  void finish(const Json& message) {
    Json event;
    event["delta"] = {{"stop_reason", message.value("stop_reason", Json())},
                      {"stop_sequence", message.value("stop_sequence", Json())}};
    if (const auto usage = message.find("usage"); usage != message.end() && usage->is_object()) {
      event["usage"] = *usage;
    }
    emit("message_delta", event);
    emit("message_stop", Json::object());
  }

 private:
  static bool is_call(std::string_view type, const Json& block) {
    const bool calls = type == "tool_use" || type == "server_tool_use" || type == "mcp_tool_use";
    return calls && block.contains("input") && block["input"].is_object();
  }

  static void move_text(Json& opening, const char* member, const char* delta_type, Json& deltas) {
    const auto found = opening.find(member);
    if (found == opening.end() || !found->is_string()) return;
    Json whole = std::exchange(*found, Json(""));
    if (!whole.get_ref<const std::string&>().empty()) {
      deltas.push_back({{"type", delta_type}, {member, std::move(whole)}});
    }
  }

  static void move_citations(Json& opening, Json& deltas) {
    const auto found = opening.find("citations");
    if (found == opening.end() || !found->is_array()) return;
    for (Json& citation : *found)
      deltas.push_back({{"type", "citations_delta"}, {"citation", std::move(citation)}});
    *found = Json::array();
  }

  void emit(const char* name, const Json& event) {
    Json typed = {{"type", name}};
    typed.update(event);
    sink_.on_event({name, typed.dump()});
  }

  MessageEventSink& sink_;
  std::size_t index_ = 0;
};

}  // namespace

void replay_message(const WholeMessage& message, MessageEventSink& sink) {
  Replay replay(sink);
  replay.start(message.json);
  if (const auto content = message.json.find("content");
      content != message.json.end() && content->is_array()) {
    for (std::size_t i = 0; i < content->size(); ++i) replay.block((*content)[i], message.input(i));
  }
  replay.finish(message.json);
}

}  // namespace anyclaude
