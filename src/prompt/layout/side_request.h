// Requests a client makes for itself (a title for the session), recognised by who sends them and how they are
// built.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "messages/request/messages_request.h"

namespace anyclaude {

struct SideRequestRule {
  std::string name;
  std::string kind;        // "title": a title of the session is asked for
  std::string user_agent;  // RE2, must match
  std::size_t tools = 0;
  std::size_t messages = 1;
  std::vector<std::string> answer_fields;  // of the JSON schema asked for: these and no others, sorted
};

// Immutable, so thread-safe; copies share their patterns.
class SideRequestRules {
 public:
  // config/client_profiles.json, as compiled in.
  static SideRequestRules built_in();
  static Result<SideRequestRules> parse(std::string_view json);

  // Whether a request with so many tools and messages can be one at all: cheap, for those who have not parsed
  // it.
  bool may_be_one(std::size_t tools, std::size_t messages) const;

  // nullptr for everything else: above all for another client's request that is built the same way.
  const SideRequestRule* recognise(std::string_view user_agent, const MessagesRequest& request) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

// A title made of what the person typed, without a model: its first words. Empty when there are none.
std::string title_from_words(const MessagesRequest& request);

}  // namespace anyclaude
