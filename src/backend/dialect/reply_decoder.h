// An upstream's reply, as Anthropic's events.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/profile/backend_profile.h"
#include "base/user_choices.h"
#include "http/client/upstream_call.h"
#include "http/wire/http_message.h"
#include "messages/events/api_error.h"
#include "messages/events/message_stream.h"
#include "messages/request/messages_request.h"

namespace anyclaude {

// Raised whenever this room's code would make another message of the same upstream bytes; answers of an older
// revision are misses.
inline constexpr std::uint32_t kProducerRevision = 4;
// An answer that was left as it came is another one.
constexpr std::uint32_t producer_revision(RescueMode rescue) {
  return kProducerRevision * 2 + (rescue == RescueMode::off ? 1 : 0);
}

// The upstream's own figures for one call.
struct UpstreamReport {
  std::optional<std::uint64_t> prompt_tokens;  // cached ones included
  std::optional<std::uint64_t> cached_tokens;
  std::optional<std::uint64_t> output_tokens;
  std::optional<double> prefill_ms;
  bool prompt_cut_short = false;
};

struct DecoderContext {
  const BackendProfile& profile;
  std::string message_id;
  std::string model;  // as the client asked for it
  std::uint64_t prompt_tokens_estimate = 1;
  std::vector<std::string> stop_sequences;
  std::optional<std::uint64_t> context_tokens = std::nullopt;  // for errors that do not say it
  // Those that the answer may call; see callable_tools(). They must outlive the decoder.
  std::span<const Tool> tools = {};
  RescueMode rescue = RescueMode::on;
  // The part of the estimate that is text, where that is not all of it.
  std::optional<std::uint64_t> text_tokens_estimate = std::nullopt;

  std::uint64_t text_tokens() const { return text_tokens_estimate.value_or(prompt_tokens_estimate); }
};

// Not thread-safe. Feeds `stream` in Anthropic's order; the first delta in gives the first event out at once.
class ReplyDecoder {
 public:
  virtual ~ReplyDecoder() = default;
  // Bytes of the reply's body, split anywhere.
  virtual void feed(std::string_view bytes) = 0;
  // The exchange is over. Writes the closing events when the reply was whole, else an `error` event.
  virtual void finish(UpstreamEnd end) = 0;
  // An error that came inside a 200 reply before the client received anything: it can still be a proper
  // status.
  virtual const std::optional<ApiError>& error() const = 0;
  virtual const UpstreamReport& report() const = 0;
};

// For a stream of chat.completion.chunk events, and for a whole chat.completion that came although a stream
// was asked for (told apart by `content_type`).
std::unique_ptr<ReplyDecoder> make_chat_decoder(DecoderContext context, std::string_view content_type,
                                                MessageStream& stream);

// Any server's error reply as Anthropic would have put it: the right status and type, the server's own
// sentence, and prompt_too_long for every wording of "the context is full" that is known.
ApiError translate_upstream_error(int status, const HeaderFields& headers, std::string_view body,
                                  std::uint64_t prompt_tokens_estimate,
                                  std::optional<std::uint64_t> context_tokens);

// The tokens left for an answer, when a server refused a request only because prompt and max_tokens together
// exceed its context and said both figures. Nothing when the prompt alone is too long, or for any other
// error.
std::optional<std::uint64_t> room_for_answer(std::string_view error_body);

}  // namespace anyclaude
