// Errors are values: what went wrong, whose side it was on, and whether asking again can help.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace anyclaude {

enum class ErrorKind {
  invalid_request,
  too_large,
  not_found,
  authentication,
  permission,
  rate_limited,
  overloaded,
  unavailable,
  timed_out,
  cancelled,
  protocol,
  loop,  // the request came back to a broker that had sent it on
  corrupt,
  full,
  io,
  internal,
};

enum class ErrorSource { client, config, store, upstream, broker };

enum class Retry { never, later };

// `message` is a sentence for a person. It never holds a secret or a piece of a prompt.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  ErrorSource source = ErrorSource::broker;
  Retry retry = Retry::never;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorKind kind, ErrorSource source, std::string message,
                                  Retry retry = Retry::never) {
  return tl::unexpected<Error>(Error{kind, source, retry, std::move(message)});
}

std::string_view name_of(ErrorKind kind);
std::string_view name_of(ErrorSource source);

}  // namespace anyclaude
