// The marks that brokers leave on the requests they send on, so that a request which comes back is known.
#pragma once

#include <string>
#include <string_view>

#include "http/wire/http_message.h"

namespace anyclaude {

// Its value is a list of marks, one for each broker, in the order in which the request passed them.
inline constexpr std::string_view kViaHeader = "x-anyclaude-via";

// The marks of all lines of that field, joined by ", "; empty without one.
std::string via_of(const HeaderFields& headers);

enum class ViaVerdict {
  new_here,
  came_back,      // `own_mark` is among the marks
  too_many_hops,  // kBrokerHopsMax brokers have passed it on
};
ViaVerdict check_via(std::string_view via, std::string_view own_mark);

// `via` with `own_mark` at its end.
std::string via_with(std::string_view via, std::string_view own_mark);

}  // namespace anyclaude
