#include "http/wire/request_head.h"

#include <algorithm>

#include "base/limits.h"

namespace anyclaude {
namespace {

tl::unexpected<Refusal> refuse(int status, std::string message) {
  return tl::unexpected<Refusal>(Refusal{status, std::move(message)});
}

// An origin-form target ("/path?query") or "*". Proxies' forms are refused: their host would have to agree
// with the Host field.
bool is_target(std::string_view target) {
  if (target != "*" && !target.starts_with('/')) return false;
  return std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f; });
}

tl::expected<void, Refusal> read_request_line(std::string_view line, RequestHead& head) {
  const std::size_t method_end = line.find(' ');
  const std::size_t target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end == method_end) {
    return refuse(400, "The request line is not 'METHOD target HTTP/1.1'.");
  }
  const std::string_view version = line.substr(target_end + 1);
  head.method = line.substr(0, method_end);
  head.target = line.substr(method_end + 1, target_end - method_end - 1);
  if (!is_token(head.method)) return refuse(400, "The request's method is not a token.");
  if (!is_target(head.target)) return refuse(400, "The request's target is not a path.");
  if (version == "HTTP/1.0") {
    head.version = HttpVersion::http_1_0;
  } else if (version != "HTTP/1.1") {
    return refuse(400, "This server speaks HTTP/1.1 and HTTP/1.0.");
  }
  return {};
}

tl::unexpected<Refusal> refuse_framing(FramingError error) {
  switch (error) {
    case FramingError::length_not_a_number:
      return refuse(400, "Content-Length is not a number.");
    case FramingError::length_twice:
      return refuse(400, "Content-Length is given twice.");
    case FramingError::length_and_chunked:
      return refuse(400, "Content-Length and Transfer-Encoding are both given.");
    case FramingError::unknown_encoding:
      break;
  }
  return refuse(501, "The only Transfer-Encoding understood is 'chunked'.");
}

std::size_t count_fields(const HeaderFields& fields, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(
      fields, [&](const HeaderField& field) { return equals_ignoring_case(field.name, name); }));
}

tl::expected<void, Refusal> interpret_fields(RequestHead& head) {
  const FramingVerdict framing = read_framing(head.headers);
  if (framing.error) return refuse_framing(*framing.error);
  head.framing = framing.framing;
  const bool is_1_1 = head.version == HttpVersion::http_1_1;
  if (!is_1_1 && head.framing.kind == BodyFraming::chunked) {
    return refuse(400, "An HTTP/1.0 request cannot be chunked.");
  }
  const std::size_t hosts = count_fields(head.headers, "host");
  if (hosts > 1 || (hosts == 0 && is_1_1)) return refuse(400, "A request has exactly one Host field.");
  const bool keeps = is_1_1 ? !lists_token(head.headers, "connection", "close")
                            : lists_token(head.headers, "connection", "keep-alive");
  head.after_reply = keeps ? AfterReply::keep_connection : AfterReply::close_connection;
  if (const std::string* expectation = head.headers.find("expect"); expectation && is_1_1) {
    if (!equals_ignoring_case(*expectation, "100-continue")) {
      return refuse(417, "The only expectation understood is '100-continue'.");
    }
    head.expects_continue = true;
  }
  return {};
}

}  // namespace

tl::expected<RequestHead, Refusal> parse_request_head(std::string_view text) {
  RequestHead head;
  const std::size_t line_end = text.find("\r\n");
  if (line_end == std::string_view::npos) return refuse(400, "The request has no request line.");
  if (auto line = read_request_line(text.substr(0, line_end), head); !line)
    return tl::unexpected(line.error());
  switch (parse_field_lines(text.substr(line_end + 2), limits::kHeaderFieldsMax, head.headers)) {
    case FieldsVerdict::good:
      break;
    case FieldsVerdict::malformed:
      return refuse(400, "A header field is not 'name: value'.");
    case FieldsVerdict::too_many:
      return refuse(431, "The request has too many header fields.");
  }
  if (auto fields = interpret_fields(head); !fields) return tl::unexpected(fields.error());
  return head;
}

}  // namespace anyclaude
