// The head of one request, read strictly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "http/wire/header_syntax.h"
#include "http/wire/http_message.h"
#include "http/wire/http_version.h"

namespace anyclaude {

enum class AfterReply { keep_connection, close_connection };

struct RequestHead {
  std::string method;
  std::string target;
  HttpVersion version = HttpVersion::http_1_1;
  HeaderFields headers;  // raw: in the order and spelling received, values not decoded
  Framing framing;
  AfterReply after_reply = AfterReply::keep_connection;
  bool expects_continue = false;
};

// Why the server itself answers, with which status and words. The connection is closed after it, because
// where the next request begins is not known.
struct Refusal {
  int status = 400;
  std::string message;
};

// `head` ends with its blank line.
tl::expected<RequestHead, Refusal> parse_request_head(std::string_view head);

}  // namespace anyclaude
