// A conversation made fit for one kind of server, before it is written in either dialect.
#pragma once

#include <string>
#include <vector>

#include "backend/dialect/chat_conversation.h"
#include "backend/profile/backend_profile.h"
#include "messages/request/messages_request.h"

namespace anyclaude {

// Whether the model is to think, as far as the request or the configuration states it.
enum class WantedThinking { unsaid, on, off };
WantedThinking wanted_thinking(const MessagesRequest& request, const BackendProfile& profile);
// Whether the request ends with the beginning of the answer.
bool is_begun(const MessagesRequest& request);

// The tools that stand in the request's tool block: immediate ones; none where "no tool" can only be
// expressed by showing none, and one alone where it can only be demanded so.
std::vector<const Tool*> offered_tools(const MessagesRequest& request, const RequestPolicy& policy);

// The turns as this server takes them: images it cannot see are named in words, the system prompt stands
// where it reads it, and what it has no member for (a tool choice, an answer's schema) is sent as a reminder
// at the end of the last turn.
std::vector<ChatMessage> shaped_conversation(const MessagesRequest& request, const BackendProfile& profile,
                                             const ModelFamily& family);

// What the client asked for, or what the model's makers recommend if it asked for nothing.
Sampling wanted_sampling(const MessagesRequest& request, const BackendProfile& profile,
                         const ModelFamily& family);

// The input schema of a tool as the server wants it: the client's own, with what the server asks for besides
// in front.
std::string shaped_schema(const Tool& tool, ToolSchemas form);

// max_tokens, cut to what fits behind the prompt.
std::uint64_t fitting_max_tokens(const MessagesRequest& request, std::optional<std::uint64_t> context_tokens,
                                 std::uint64_t prompt_tokens_estimate);

// The shortest text that reads back as the same number.
std::string number_text(double value);

}  // namespace anyclaude
