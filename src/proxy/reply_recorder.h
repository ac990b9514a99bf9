// Listens to a reply on its way to the client and, when it is whole and worth keeping, stores it.
#pragma once

#include <optional>
#include <string_view>

#include "backend/tokens/prompt_fit.h"
#include "cache/admission.h"
#include "messages/events/message_assembler.h"
#include "proxy/broker_parts.h"
#include "proxy/exchange.h"

namespace anyclaude {

// Not thread-safe; one per forwarded request.
class ReplyRecorder {
 public:
  ReplyRecorder(const BrokerParts& parts, Exchange& exchange) : parts_(parts), exchange_(exchange) {}

  // An event of a streamed reply.
  void on_event(std::string_view name, std::string_view data_json);
  // A whole reply's body; anything but a message is recorded as incomplete.
  void on_whole_message(std::string_view body_json);
  MessageCompleteness completeness() const;
  bool saw_the_end() const { return completeness() == MessageCompleteness::complete; }

  // Judges the message and commits it if it is fit. Call when the message is complete and before the client
  // gets its last bytes, so that a repeated request finds it. Idempotent.
  void admit(const UpstreamReport& report, PromptFit fit = PromptFit::whole);

  // About how many tokens the answer has so far, for when the server does not say.
  std::uint64_t estimated_tokens() const;

  const WholeMessage& whole() const { return whole_ ? *whole_ : assembler_.whole(); }
  const WholeMessage::Json& message() const { return whole().json; }

 private:
  void note_too_deep();
  AdmissionVerdict verdict(PromptFit fit) const;
  StoredResponse to_stored(const UpstreamReport& report) const;

  const BrokerParts& parts_;
  Exchange& exchange_;
  MessageAssembler assembler_;
  std::optional<WholeMessage> whole_;
  bool admitted_ = false;
};

}  // namespace anyclaude
