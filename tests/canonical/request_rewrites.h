// Ways to change a request, with and without changing what it means.
#pragma once

#include <string>
#include <vector>

#include "messages/request/messages_request.h"
#include "tests/canonical/request_fixtures.h"

namespace anyclaude {

// Changes, here and there, what makes no difference in either lane: cache_control, metadata, stream, the
// attribution block, `is_error: false`, a string for a single text block.
void rewrite_for_both_lanes(Json& request, Random& random);

// What besides makes no difference in the rewritten lane: tool ids (renamed one to one), the order of tools,
// signatures, citations, thinking.display, fields that only Anthropic reads or that nobody knows.
void rewrite_for_rewritten_lane(Json& request, Random& random);

// One change somewhere: a leaf becomes another value, a member or an item goes or comes.
void mutate(Json& request, Random& random);

// Every value in `value`, itself first, each with `here` in front.
std::vector<Json::json_pointer> all_places(const Json& value, const Json::json_pointer& here);

// Makes another value of one that holds no others.
void mutate_leaf(Json& value, Random& random);

// What the verbatim lane has to tell apart, in the plainest way: two requests mean the same to it exactly if
// these are equal.
nlohmann::json verbatim_reference_form(const Json& request);

// Everything of a parsed request that an encoder may look at, as text, less how JSON is spelled.
std::string meaning_of(const MessagesRequest& request);

}  // namespace anyclaude
