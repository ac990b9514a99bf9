// A conversation in the roles of /v1/chat/completions, before it is written as JSON.
#pragma once

#include <string>
#include <vector>

#include "backend/profile/backend_profile.h"
#include "messages/request/messages_request.h"

namespace anyclaude {

enum class ChatRole { system, user, assistant, tool };

struct ChatPart {
  enum class Kind { text, image_url };
  Kind kind = Kind::text;
  std::string value;
};

struct ChatToolCall {
  std::string id;
  std::string name;
  std::string arguments_json;
};

struct ChatMessage {
  ChatRole role = ChatRole::user;
  std::vector<ChatPart> parts = {};
  std::string reasoning = {};                 // assistant only
  std::vector<ChatToolCall> tool_calls = {};  // assistant only
  std::string tool_call_id = {};              // tool only
};

// The turns of a request such that chat templates take them:
//   - user and assistant alternate; tool messages directly follow the calls they answer, and whatever else
//     the person's turn says follows them in one user message (images of tool results too, for the role tool
//     carries text only);
//   - a system message in mid-conversation stays where it stands, as a <system-reminder> of the person's
//   turn;
//     such a tag inside tool output is escaped, so that only the client can speak in that voice;
//   - an assistant message at the end stays there, unchanged, for the model to go on with;
//   - blocks of unknown types are shown as JSON text.
// The same messages give the same turns whatever follows them, but for system messages, which are added to
// the end of the turn before them.
// Images that the server does not take are named in words.
std::vector<ChatMessage> to_chat_conversation(const MessagesRequest& request,
                                              ImageSupport images = ImageSupport::base64_and_url);

// {"type":"function","function":{...}}, as it stands in `tools` and, for a deferred tool that was found, in
// the result that found it.
std::string chat_tool_json(const Tool& tool, ToolSchemas schemas = ToolSchemas::as_given);

}  // namespace anyclaude
