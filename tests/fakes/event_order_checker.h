// Holds a stream of message events to Anthropic's order.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "messages/events/message_event.h"

namespace anyclaude {

// violation() is empty as long as the events so far are the beginning of a lawful stream: one message_start
// first, blocks numbered from 0 that never overlap, deltas only inside a block of their kind, then
// message_delta and message_stop; ping anywhere; nothing behind an error.
class EventOrderChecker : public MessageEventSink {
 public:
  void on_event(const MessageEvent& event) override {
    events.push_back(event);
    if (violation_.empty()) violation_ = check(event);
  }

  const std::string& violation() const { return violation_; }
  bool stopped() const { return state_ == State::stopped; }
  bool failed() const { return state_ == State::failed; }

  std::vector<MessageEvent> events;

 private:
  enum class State { nothing, between_blocks, in_block, closing, stopped, failed };

  std::string check(const MessageEvent& event) {
    const auto data = nlohmann::json::parse(event.data, nullptr, false);
    if (!data.is_object()) return event.name + ": data is not an object: " + event.data;
    if (data.value("type", "") != event.name) return event.name + ": data says another type: " + event.data;
    if (state_ == State::stopped || state_ == State::failed) return event.name + " behind the end";
    if (event.name == "ping") return "";
    if (event.name == "error") return state_ = State::failed, "";
    if (event.name == "message_start") return on_start(data);
    if (event.name == "content_block_start") return on_block_start(data);
    if (event.name == "content_block_delta") return on_delta(data);
    if (event.name == "content_block_stop") return on_block_stop(data);
    if (event.name == "message_delta") return on_message_delta(data);
    if (event.name == "message_stop") {
      if (state_ != State::closing) return "message_stop without message_delta";
      return state_ = State::stopped, "";
    }
    return "unknown event " + event.name;
  }

  std::string on_start(const nlohmann::json& data) {
    if (state_ != State::nothing) return "second message_start";
    const auto& message = data.at("message");
    if (!message.at("content").empty()) return "message_start with content";
    if (!message.at("stop_reason").is_null()) return "message_start with a stop_reason";
    if (message.at("usage").value("input_tokens", 0) <= 0) return "message_start without input_tokens";
    state_ = State::between_blocks;
    return "";
  }

  std::string on_block_start(const nlohmann::json& data) {
    if (state_ != State::between_blocks) return "content_block_start out of place";
    if (data.at("index") != next_index_) return "wrong index: " + data.dump();
    const auto& block = data.at("content_block");
    block_type_ = block.at("type");
    if (block_type_ == "text" && block.at("text") != "") return "a text block that starts with text";
    if (block_type_ == "tool_use" && !block.at("input").empty()) return "a tool_use that starts with input";
    state_ = State::in_block;
    return "";
  }

  std::string on_delta(const nlohmann::json& data) {
    if (state_ != State::in_block) return "delta outside a block: " + data.dump();
    if (data.at("index") != next_index_) return "delta for another block: " + data.dump();
    const std::string type = data.at("delta").at("type");
    const bool fits = block_type_ == "text"       ? type == "text_delta" || type == "citations_delta"
                      : block_type_ == "thinking" ? type == "thinking_delta" || type == "signature_delta"
                                                  : type == "input_json_delta";
    return fits ? "" : type + " in a block of type " + block_type_;
  }

  std::string on_block_stop(const nlohmann::json& data) {
    if (state_ != State::in_block || data.at("index") != next_index_)
      return "content_block_stop out of place";
    ++next_index_;
    state_ = State::between_blocks;
    return "";
  }

  std::string on_message_delta(const nlohmann::json& data) {
    if (state_ != State::between_blocks) return "message_delta out of place";
    if (!data.at("delta").at("stop_reason").is_string()) return "message_delta without stop_reason";
    state_ = State::closing;
    return "";
  }

  State state_ = State::nothing;
  int next_index_ = 0;
  std::string block_type_;
  std::string violation_;
};

}  // namespace anyclaude
