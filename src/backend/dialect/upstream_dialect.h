// The one door to every dialect of the rewritten lane: a request in the server's words, its reply in ours.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "backend/dialect/chat_encoder.h"
#include "backend/dialect/reply_decoder.h"
#include "backend/profile/backend_settings.h"
#include "base/error.h"
#include "http/client/upstream_call.h"
#include "messages/request/messages_request.h"

namespace anyclaude {

// The whole call, its header fields made from nothing: nothing of the client's reaches such a server.
// `encoding.profile` is that of `settings`. Errors are invalid_request with a sentence for the client.
Result<UpstreamRequest> encode_upstream_request(const MessagesRequest& request, const ChatEncoding& encoding,
                                                const BackendSettings& settings);

// Reads a 200 reply to such a call, streamed or whole, whichever was asked for.
std::unique_ptr<ReplyDecoder> make_reply_decoder(DecoderContext context, std::string_view content_type,
                                                 MessageStream& stream);

}  // namespace anyclaude
