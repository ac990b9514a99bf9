#include "backend/dialect/upstream_dialect.h"

#include <utility>

#include "backend/dialect/anthropic_decoder.h"
#include "backend/dialect/anthropic_encoder.h"

namespace anyclaude {

Result<UpstreamRequest> encode_upstream_request(const MessagesRequest& request, const ChatEncoding& encoding,
                                                const BackendSettings& settings) {
  const bool is_anthropic = encoding.profile.api == Api::anthropic;
  auto body =
      is_anthropic ? encode_anthropic_request(request, encoding) : encode_chat_request(request, encoding);
  if (!body) return tl::unexpected(body.error());
  UpstreamRequest upstream;
  upstream.target = chat_target(settings);
  upstream.headers.add("Content-Type", "application/json");
  upstream.headers.add("Accept",
                       is_streamed(request, encoding.profile) ? "text/event-stream" : "application/json");
  upstream.headers.add("Accept-Encoding", "identity");
  if (is_anthropic) upstream.headers.add("anthropic-version", "2023-06-01");
  if (!settings.api_key.empty()) upstream.headers.add("Authorization", "Bearer " + settings.api_key);
  upstream.body = std::move(*body);
  upstream.timeouts = settings.timeouts;
  return upstream;
}

std::unique_ptr<ReplyDecoder> make_reply_decoder(DecoderContext context, std::string_view content_type,
                                                 MessageStream& stream) {
  if (context.profile.api == Api::anthropic)
    return make_anthropic_decoder(std::move(context), content_type, stream);
  return make_chat_decoder(std::move(context), content_type, stream);
}

}  // namespace anyclaude
