// Which server answers a request, by rules that are data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "config/routing_config.h"
#include "scheduler/backend_set.h"

namespace anyclaude {

// What rules may ask about. Known before the key is made, for the key holds the server: all of it is read off
// the parsed body without building a request.
struct RequestFacts {
  std::string_view model;  // as the client names it
  ToolNeed tools = ToolNeed::none;
  std::uint64_t prompt_tokens = 0;     // estimated
  std::string_view side_request = {};  // its kind; empty for a person's own request
};

struct Route {
  RoutingCondition when;
  const BackendEntry* to = nullptr;
  std::string model;  // empty: the backend's own
};

// Immutable, so thread-safe.
class Router {
 public:
  Router() = default;
  explicit Router(std::vector<Route> routes);
  // With the servers that the rules name. Errors have source config and say which rule: an unknown name (with
  // the nearest), or a model for a server that gets every request as the client sent it.
  static Result<Router> make(const std::vector<RoutingRule>& rules, BackendSet& backends);

  // The first that fits; nullptr when none does, and the mode decides.
  const Route* choose(const RequestFacts& facts) const;
  bool has_routes() const { return !routes_.empty(); }
  // Whether any rule asks for side requests: telling them takes a closer look.
  bool asks_for_side_requests() const { return asks_for_side_requests_; }

 private:
  std::vector<Route> routes_;
  bool asks_for_side_requests_ = false;
};

// Whether `text` has the form of `pattern`: * stands for any text, ? for one character.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace anyclaude
