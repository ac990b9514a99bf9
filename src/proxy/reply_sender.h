// Errors and short JSON replies on their way to a client.
#pragma once

#include <string_view>

#include "http/server/response_writer.h"
#include "messages/events/api_error.h"
#include "proxy/exchange.h"

namespace anyclaude {

// Sends an error in Anthropic's form, or, when the reply has begun as a stream, as an `error` event; notes it
// in the exchange's entry.
void send_error(Exchange& exchange, const ApiError& error);

// Instead of an error, as long as another server may stand in: the pipeline decides. Nothing may have been
// sent.
void leave_to_others(Exchange& exchange, const ApiError& error, FailureReason reason);

// The same where there is no exchange.
void send_api_error(ResponseWriter& client, const ApiError& error);

void send_json(ResponseWriter& client, int status, std::string_view json);

}  // namespace anyclaude
