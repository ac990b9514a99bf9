// The rewritten lane: encodes the request in a local server's own dialect, and decodes the reply into
// Anthropic's.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "backend/dialect/chat_encoder.h"
#include "proxy/broker_parts.h"
#include "proxy/forwarder.h"
#include "proxy/prompt_check.h"

namespace anyclaude {

class RewrittenForwarder final : public Forwarder {
 public:
  explicit RewrittenForwarder(const BrokerParts& parts) : parts_(parts) {}

  void forward(Exchange& exchange) override;

  enum class Attempt { first, last };

 private:
  // Answers the client, unless this was the first attempt and the server refused it only for the length of
  // the answer asked for: then the tokens it has room for.
  std::optional<std::uint64_t> attempt(Exchange& exchange, const ChatEncoding& encoding, PromptCheck& prompt,
                                       Attempt attempt);

  bool wait_for_retry(Exchange& exchange, std::chrono::milliseconds time);

  const BrokerParts& parts_;
};

}  // namespace anyclaude
