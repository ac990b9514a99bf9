#include "messages/events/api_error.h"

#include "base/json_text.h"

namespace anyclaude {
namespace {

int status_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::invalid_request:
      return 400;
    case ErrorKind::too_large:
      // A request is too large for us, a reply is the upstream's failure.
      return error.source == ErrorSource::upstream ? 502 : 413;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::authentication:
      return 401;
    case ErrorKind::permission:
      return 403;
    case ErrorKind::rate_limited:
      return 429;
    case ErrorKind::overloaded:
      return 529;
    case ErrorKind::unavailable:
    case ErrorKind::protocol:
      return 502;
    case ErrorKind::timed_out:
      return 504;
    case ErrorKind::loop:
      return kLoopStatus;
    case ErrorKind::cancelled:
    case ErrorKind::corrupt:
    case ErrorKind::full:
    case ErrorKind::io:
    case ErrorKind::internal:
      return 500;
  }
  return 500;
}

}  // namespace

std::string ApiError::json(std::string_view request_id) const {
  std::string out = R"({"type":"error","error":{"type":)";
  append_json_string(out, type);
  out += R"(,"message":)";
  append_json_string(out, message);
  out += '}';
  if (!request_id.empty()) {
    out += R"(,"request_id":)";
    append_json_string(out, request_id);
  }
  out += '}';
  return out;
}

ApiError to_api_error(const Error& error) {
  const int status = status_of(error);
  return {status, std::string(api_error_type(status)), error.message};
}

std::string_view api_error_type(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 402:
      return "billing_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 408:
    case 504:
      return "timeout_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 529:
      return "overloaded_error";
    default:
      return status >= 400 && status < 500 ? "invalid_request_error" : "api_error";
  }
}

ApiError prompt_too_long(std::uint64_t prompt_tokens, std::uint64_t tokens_max) {
  return {400, "invalid_request_error",
          "prompt is too long: " + std::to_string(prompt_tokens) + " tokens > " + std::to_string(tokens_max) +
              " maximum"};
}

}  // namespace anyclaude
