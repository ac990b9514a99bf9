// Gathers a reply that is sent in one piece.
#pragma once

#include <string>
#include <vector>

#include "tools/simserver/chat_request.h"
#include "tools/simserver/reply_sink.h"

namespace anyclaude::sim {

class WholeReply : public ReplySink {
 public:
  Status progress(const PrefillProgress&) override { return {}; }
  Status begin(const PromptReport& report) override {
    prompt_ = report;
    return {};
  }
  Status thinking(std::string_view piece) override {
    thinking_ += piece;
    return {};
  }
  Status text(std::string_view piece) override {
    text_ += piece;
    return {};
  }
  Status begin_tool_call(std::size_t, std::string_view name) override {
    calls_.push_back({std::string(name), {}});
    return {};
  }
  Status tool_arguments(std::size_t index, std::string_view piece) override {
    calls_.at(index).arguments += piece;
    return {};
  }

 protected:
  PromptReport prompt_;
  std::string thinking_;
  std::string text_;
  std::vector<ToolCall> calls_;
};

}  // namespace anyclaude::sim
