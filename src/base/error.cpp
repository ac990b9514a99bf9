#include "base/error.h"

namespace anyclaude {

std::string_view name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_request:
      return "invalid_request";
    case ErrorKind::too_large:
      return "too_large";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::authentication:
      return "authentication";
    case ErrorKind::permission:
      return "permission";
    case ErrorKind::rate_limited:
      return "rate_limited";
    case ErrorKind::overloaded:
      return "overloaded";
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::timed_out:
      return "timed_out";
    case ErrorKind::cancelled:
      return "cancelled";
    case ErrorKind::protocol:
      return "protocol";
    case ErrorKind::loop:
      return "loop";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::full:
      return "full";
    case ErrorKind::io:
      return "io";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

std::string_view name_of(ErrorSource source) {
  switch (source) {
    case ErrorSource::client:
      return "client";
    case ErrorSource::config:
      return "config";
    case ErrorSource::store:
      return "store";
    case ErrorSource::upstream:
      return "upstream";
    case ErrorSource::broker:
      return "broker";
  }
  return "broker";
}

}  // namespace anyclaude
