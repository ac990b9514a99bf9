// Before a server of the rewritten lane is asked: whether it can take the request at all. Behind its reply:
// whether the model has read all of the prompt.
#pragma once

#include <optional>

#include "backend/dialect/reply_decoder.h"
#include "backend/tokens/prompt_fit.h"
#include "messages/events/api_error.h"
#include "proxy/broker_parts.h"
#include "proxy/exchange.h"

namespace anyclaude {

// Of one exchange, on its thread. The request is parsed and put in order.
class PromptCheck {
 public:
  // Asks the server for the details of the model, where it is not known, and takes the context into the
  // exchange's identity.
  PromptCheck(const BrokerParts& parts, Exchange& exchange);

  // The error for a request that the server would answer wrongly or not at all: tools for a model without
  // tools, and a prompt that it would cut.
  std::optional<ApiError> refusal();

  std::uint64_t estimate() const { return evidence_.tokens.estimate; }
  // The estimate as far as it may bound the answer: a wrong one leaves room for an answer all the same.
  std::uint64_t estimate_beside_answer() const;
  // Of prompts the text alone, without images.
  std::uint64_t text_estimate() const { return text_estimate_; }

  // Judges what the server reported, counts and logs a cut, and learns from a prompt that was read whole.
  PromptFit judge(const UpstreamReport& report);

 private:
  bool cannot_fit() const;
  void take_details(Freshness freshness);
  PromptFit fit_of(const UpstreamReport& report);
  void tell_of_cut(std::uint64_t reported_tokens);

  const BrokerParts& parts_;
  Exchange& exchange_;
  ModelDetails details_;
  PromptEvidence evidence_;
  std::uint64_t text_estimate_ = 1;
};

}  // namespace anyclaude
