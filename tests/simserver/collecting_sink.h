// Keeps what the engine says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/simserver/reply_sink.h"

namespace anyclaude::sim {

class CollectingSink final : public ReplySink {
 public:
  struct Call {
    std::string name;
    std::string arguments;
  };

  Status progress(const PrefillProgress& progress) override {
    progress_events.push_back(progress);
    return {};
  }
  Status begin(const PromptReport& report) override {
    prompt = report;
    return {};
  }
  Status thinking(std::string_view piece) override {
    thought += piece;
    return {};
  }
  Status text(std::string_view piece) override {
    said += piece;
    pieces.emplace_back(piece);
    return {};
  }
  Status begin_tool_call(std::size_t, std::string_view name) override {
    calls.push_back({std::string(name), ""});
    return {};
  }
  Status tool_arguments(std::size_t index, std::string_view piece) override {
    calls.at(index).arguments += piece;
    return {};
  }
  Status finish(const GenerationReport& report) override {
    end = report;
    return {};
  }

  std::vector<PrefillProgress> progress_events;
  std::optional<PromptReport> prompt;
  std::string thought;
  std::string said;
  std::vector<std::string> pieces;
  std::vector<Call> calls;
  std::optional<GenerationReport> end;
};

}  // namespace anyclaude::sim
