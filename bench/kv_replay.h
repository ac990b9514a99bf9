// Replays a flow against a simulated server, directly or in the order of the prompt layer.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "bench/kv_flows.h"
#include "canonical/canonical_request.h"
#include "tools/simserver/engine.h"

namespace anyclaude::bench {

struct Shape {
  std::string name;
  sim::EngineOptions engine;
};

struct Replayed {
  std::string request;
  bool is_side_request = false;
  std::size_t prompt = 0;            // tokens
  std::size_t prefilled = 0;         // of them
  std::size_t shared_with_slot = 0;  // with what was last asked of the slot
  std::size_t shared_with_any = 0;   // with any prompt before it
  double order_ms = 0;               // spent in the prompt layer
  std::string prompt_text;           // as the model reads it

  std::size_t reused() const { return prompt - prefilled; }
  double reused_percent() const {
    return 100.0 * static_cast<double>(reused()) / static_cast<double>(prompt);
  }
};

// Nothing for `level`: straight to the server's Anthropic endpoint.
std::vector<Replayed> replay(const Flow& flow, const Shape& shape, std::optional<OrderingLevel> level);

}  // namespace anyclaude::bench
