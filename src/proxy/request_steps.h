// The life of a Messages request as a table. request_pipeline.cpp holds one function per step, in this order.
#pragma once

#include <array>
#include <string_view>

namespace anyclaude {

enum class RequestStep { receive, key, lookup, replay, parse, order, derive, forward, admit, finish };

struct RequestStepInfo {
  RequestStep step;
  std::string_view name;
  std::string_view in_and_out;
};

inline constexpr std::array<RequestStepInfo, 10> kRequestSteps{{
    {RequestStep::receive, "receive", "socket -> HttpRequest; limits and guard enforced"},
    {RequestStep::key, "key", "one walk over the received bytes -> cache key, or bypass with a named reason"},
    {RequestStep::lookup, "lookup", "key -> hit or miss"},
    {RequestStep::replay, "replay", "stored message -> SSE or JSON, as the client asked"},
    {RequestStep::parse, "parse", "bytes -> MessagesRequest"},
    {RequestStep::order, "order", "rewritten lane only -> the prompt in stable-prefix order"},
    {RequestStep::derive, "derive", "ordered prompt -> prefix chain; what the server is expected to hold"},
    {RequestStep::forward, "forward", "encode -> upstream -> decode -> client and recorder at once"},
    {RequestStep::admit, "admit", "complete and valid -> commit; else drop"},
    {RequestStep::finish, "finish", "outcome -> ledger and log line"},
}};

}  // namespace anyclaude
