#pragma once

#include <cstdint>
#include <string_view>

#include "backend/identity/backend.h"
#include "http/wire/http_message.h"
#include "messages/request/messages_request.h"
#include "proxy/broker_parts.h"

namespace anyclaude {

// `exact`: the server that would answer has counted; `estimated`: from what it reported of other prompts.
enum class CountSource { exact, estimated };
std::string_view name_of(CountSource source);

struct TokenCount {
  std::uint64_t tokens = 0;
  CountSource source = CountSource::estimated;
};

// Counts the prompt that `backend` would get for this request: in order, and in the server's own words.
// Learns nothing from it.
TokenCount count_request_tokens(const BrokerParts& parts, Backend& backend, MessagesRequest request,
                                const HeaderFields& headers);

}  // namespace anyclaude
