// The tools that the corpus of tool calls offers.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "messages/request/messages_request.h"

namespace anyclaude {

inline std::span<const Tool> corpus_tools() {
  static const std::vector<Tool> tools = [] {
    std::ifstream file(std::string(ANYCLAUDE_TEST_DATA) + "/tool_calls/tools.json");
    std::vector<Tool> read;
    for (const auto& entry : nlohmann::json::parse(file)) {
      Tool tool;
      tool.name = entry["name"];
      tool.input_schema.text = entry["input_schema"].dump();
      if (entry.value("defer_loading", false)) tool.loading = ToolLoading::deferred;
      read.push_back(tool);
    }
    return read;
  }();
  return tools;
}

}  // namespace anyclaude
