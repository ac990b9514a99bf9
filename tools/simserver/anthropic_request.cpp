#include "tools/simserver/json_reading.h"
#include "tools/simserver/request_reader.h"

namespace anyclaude::sim {
namespace {

std::string block_as_json(Json block) {
  if (block.is_object()) block.erase("cache_control");
  return spaced_json(block);
}

std::string image_text(const Json& block) {
  const Json& source = member_of(block, "source");
  const std::string type = string_member(source, "type");
  if (type == "base64") return media_marker("image", string_member(source, "data"));
  if (type == "url") return media_marker("image", string_member(source, "url"));
  return block_as_json(block);
}

std::string document_text(const Json& block) {
  const Json& source = member_of(block, "source");
  const std::string type = string_member(source, "type");
  std::string text;
  if (type == "text") {
    text = string_member(source, "data");
  } else if (type == "base64") {
    text = media_marker("document", string_member(source, "data"));
  } else {
    return block_as_json(block);
  }
  for (const char* name : {"context", "title"}) {
    const std::string line = string_member(block, name);
    if (!line.empty()) text.insert(0, line + "\n");
  }
  return text;
}

std::string block_text(const Json& block) {
  const std::string type = string_member(block, "type");
  if (type == "text") return string_member(block, "text");
  if (type == "image") return image_text(block);
  if (type == "document") return document_text(block);
  return block_as_json(block);
}

// A string is one text block.
std::vector<std::string> content_texts(const Json& content) {
  std::vector<std::string> texts;
  if (content.is_string()) {
    if (!content.get_ref<const std::string&>().empty()) texts.push_back(content.get<std::string>());
  } else if (content.is_array()) {
    for (const Json& block : content) texts.push_back(block_text(block));
  }
  return texts;
}

ChatMessage tool_result_message(const Json& block) {
  ChatMessage message;
  message.speaker = Speaker::tool;
  message.texts = content_texts(member_of(block, "content"));
  if (is_true(member_of(block, "is_error"))) message.texts.insert(message.texts.begin(), "Error:");
  return message;
}

// Tool results first, each a message of its own as in the other API, then what else the user said.
void read_user_message(const Json& content, ChatRequest& request) {
  ChatMessage said;
  if (!content.is_array()) {
    said.texts = content_texts(content);
    request.messages.push_back(std::move(said));
    return;
  }
  bool has_results = false;
  for (const Json& block : content) {
    if (string_member(block, "type") == "tool_result") {
      request.messages.push_back(tool_result_message(block));
      has_results = true;
    } else {
      said.texts.push_back(block_text(block));
    }
  }
  if (!said.texts.empty() || !has_results) request.messages.push_back(std::move(said));
}

void read_assistant_message(const Json& content, ChatRequest& request) {
  ChatMessage message;
  message.speaker = Speaker::assistant;
  if (content.is_string()) {
    message.texts = content_texts(content);
  } else {
    for (const Json& block : content) {
      const std::string type = string_member(block, "type");
      if (type == "tool_use") {
        message.tool_calls.push_back({string_member(block, "name"), spaced_json(member_of(block, "input"))});
      } else if (type == "thinking") {
        message.thinking += string_member(block, "thinking");
      } else {
        message.texts.push_back(block_text(block));
      }
    }
  }
  request.messages.push_back(std::move(message));
}

Status read_message(const Json& message, std::size_t index, ChatRequest& request) {
  const std::string path = "messages." + std::to_string(index);
  const Json& content = member_of(message, "content");
  if (content.is_null()) return refuse(path + ".content: Field required");
  if (!content.is_string() && !content.is_array()) {
    return refuse(path + ".content: Input should be a valid string or list");
  }
  const std::string role = string_member(message, "role");
  if (role == "user") {
    read_user_message(content, request);
  } else if (role == "assistant") {
    read_assistant_message(content, request);
  } else if (role == "system") {
    request.messages.push_back({Speaker::system, content_texts(content), {}, {}});
  } else {
    return refuse(path + ".role: Input should be 'user', 'assistant' or 'system'");
  }
  return {};
}

// A tool that runs at the provider has no schema; it is shown as it came.
void read_tools(const Json& tools, ChatRequest& request) {
  for (const Json& tool : tools) {
    const std::string name = string_member(tool, "name");
    const Json& schema = member_of(tool, "input_schema");
    if (schema.is_null() && !string_member(tool, "type").empty()) {
      Json declaration = tool;
      declaration.erase("cache_control");
      request.tools.push_back({name, Json::object(), std::move(declaration)});
    } else {
      request.tools.push_back(
          offered_tool(name, string_member(tool, "description"), schema.is_null() ? Json::object() : schema));
    }
  }
}

Status read_tool_choice(const Json& choice, ChatRequest& request) {
  const std::string type = string_member(choice, "type", "auto");
  if (type == "any") {
    request.tool_choice = ToolChoice::required;
  } else if (type == "none") {
    request.tool_choice = ToolChoice::none;
  } else if (type == "tool") {
    request.tool_choice = ToolChoice::named;
    request.tool_choice_name = string_member(choice, "name");
    if (request.find_tool(request.tool_choice_name) == nullptr) {
      return refuse("tool_choice: Tool '" + request.tool_choice_name + "' not found in provided tools");
    }
  } else if (type != "auto") {
    return refuse("tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'");
  }
  return {};
}

void read_settings(const Json& body, ChatRequest& request) {
  request.model = string_member(body, "model");
  request.max_tokens = unsigned_member(body, "max_tokens");
  if (is_true(member_of(body, "stream"))) request.delivery = Delivery::stream;
  const Json& format = member_of(member_of(body, "output_config"), "format");
  if (string_member(format, "type") == "json_schema") request.answer_schema = member_of(format, "schema");
  for (const Json& sequence : member_of(body, "stop_sequences")) {
    if (sequence.is_string()) request.stop_sequences.push_back(sequence.get<std::string>());
  }
}

}  // namespace

Result<ChatRequest> read_anthropic_request(const Json& body, MaxTokensField max_tokens) {
  const Json& messages = member_of(body, "messages");
  if (messages.is_null()) return refuse("messages: Field required");
  if (!messages.is_array()) return refuse("messages: Input should be a valid list");
  if (messages.empty()) return refuse("messages: at least one message is required");
  ChatRequest request;
  read_settings(body, request);
  if (request.model.empty()) return refuse("model: Field required");
  if (max_tokens == MaxTokensField::required && !request.max_tokens)
    return refuse("max_tokens: Field required");
  const std::vector<std::string> system = content_texts(member_of(body, "system"));
  if (!system.empty()) request.messages.push_back({Speaker::system, system, {}, {}});
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (auto read = read_message(messages[i], i, request); !read) return tl::unexpected(read.error());
  }
  read_tools(member_of(body, "tools"), request);
  if (auto choice = read_tool_choice(member_of(body, "tool_choice"), request); !choice) {
    return tl::unexpected(choice.error());
  }
  return request;
}

}  // namespace anyclaude::sim
