// How many tokens a prompt is likely to have, for when the server has not said.
#pragma once

#include <cstdint>
#include <mutex>

#include "messages/messages_request.h"

namespace anyclaude {

// Bytes of text the model will see: system, tools and messages, without base64 data; images count a fixed
// number of tokens each (Anthropic's rule of thumb, 1,600 for a full-size image).
std::uint64_t estimate_prompt_tokens(const MessagesRequest& request, double bytes_per_token);

// Learns bytes per token from what the server reports. Thread-safe.
class TokenCalibration {
 public:
  std::uint64_t estimate(const MessagesRequest& request) const;
  void learn(const MessagesRequest& request, std::uint64_t reported_prompt_tokens);

 private:
  mutable std::mutex mutex_;
  double bytes_per_token_ = 3.6;  // Claude Code's prompts on a Qwen2 vocabulary, measured
};

}  // namespace anyclaude
