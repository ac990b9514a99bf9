#include "base/bounded_json.h"
#include "tools/simserver/json_reading.h"
#include "tools/simserver/request_reader.h"

namespace anyclaude::sim {
namespace {

Result<Speaker> read_role(const Json& message) {
  const std::string role = string_member(message, "role");
  if (role == "user") return Speaker::user;
  if (role == "assistant") return Speaker::assistant;
  if (role == "tool" || role == "function") return Speaker::tool;
  if (role == "system" || role == "developer") return Speaker::system;
  return refuse("messages: a role is missing or unknown: \"" + role + "\"");
}

// A data URL names the same image as Anthropic's base64 source with the same data.
std::string image_text(const Json& part) {
  const Json& image = member_of(part, "image_url");
  std::string url = image.is_string() ? image.get<std::string>() : string_member(image, "url");
  const std::size_t comma = url.find(',');
  if (url.starts_with("data:") && comma != std::string::npos) url.erase(0, comma + 1);
  return media_marker("image", url);
}

Result<std::vector<std::string>> read_content(const Json& message) {
  const Json& content = member_of(message, "content");
  std::vector<std::string> texts;
  if (content.is_null()) return texts;
  if (content.is_string()) {
    if (!content.get_ref<const std::string&>().empty()) texts.push_back(content.get<std::string>());
    return texts;
  }
  if (!content.is_array()) return refuse("messages: content must be a string or an array of parts");
  for (const Json& part : content) {
    const std::string type = string_member(part, "type");
    if (type == "text") {
      texts.push_back(string_member(part, "text"));
    } else if (type == "image_url") {
      texts.push_back(image_text(part));
    } else {
      texts.push_back(spaced_json(part));
    }
  }
  return texts;
}

std::vector<ToolCall> read_tool_calls(const Json& message) {
  std::vector<ToolCall> calls;
  for (const Json& call : member_of(message, "tool_calls")) {
    const Json& function = member_of(call, "function");
    const Json& arguments = member_of(function, "arguments");
    calls.push_back({string_member(function, "name"), arguments.is_string()
                                                          ? respelled_json(arguments.get<std::string>())
                                                          : spaced_json(arguments)});
  }
  return calls;
}

Result<ChatMessage> read_message(const Json& message) {
  if (!message.is_object()) return refuse("messages: every message must be an object");
  auto speaker = read_role(message);
  if (!speaker) return tl::unexpected(speaker.error());
  auto texts = read_content(message);
  if (!texts) return tl::unexpected(texts.error());
  ChatMessage read;
  read.speaker = *speaker;
  read.texts = std::move(*texts);
  if (read.speaker == Speaker::assistant) {
    read.thinking = string_member(message, "reasoning_content", string_member(message, "reasoning"));
    read.tool_calls = read_tool_calls(message);
  }
  return read;
}

Status read_tools(const Json& tools, ChatRequest& request) {
  if (tools.is_null()) return {};
  if (!tools.is_array()) return refuse("tools must be an array");
  for (const Json& tool : tools) {
    const Json& function = member_of(tool, "function");
    const std::string name = string_member(function, "name");
    if (name.empty()) return refuse("tools: a function has no name");
    const Json& parameters = member_of(function, "parameters");
    request.tools.push_back(offered_tool(name, string_member(function, "description"),
                                         parameters.is_null() ? Json::object() : parameters));
  }
  return {};
}

Status read_tool_choice(const Json& choice, ChatRequest& request) {
  if (choice.is_null() || choice == "auto") return {};
  if (choice == "none") {
    request.tool_choice = ToolChoice::none;
  } else if (choice == "required") {
    request.tool_choice = ToolChoice::required;
  } else if (const std::string name = string_member(member_of(choice, "function"), "name"); !name.empty()) {
    request.tool_choice = ToolChoice::named;
    request.tool_choice_name = name;
    if (request.find_tool(name) == nullptr)
      return refuse("tool_choice names \"" + name + "\", which is not a tool");
  } else {
    return refuse("tool_choice must be auto, none, required or name a function");
  }
  return {};
}

void read_answer_schema(const Json& format, ChatRequest& request) {
  const std::string type = string_member(format, "type");
  if (type == "json_schema") {
    const Json& schema = member_of(member_of(format, "json_schema"), "schema");
    request.answer_schema = schema.is_null() ? member_of(format, "schema") : schema;
  } else if (type == "json_object") {
    const Json& schema = member_of(format, "schema");
    request.answer_schema = schema.is_null() ? Json{{"type", "object"}} : schema;
  }
}

void read_stop(const Json& stop, ChatRequest& request) {
  if (stop.is_string()) request.stop_sequences.push_back(stop.get<std::string>());
  if (!stop.is_array()) return;
  for (const Json& sequence : stop) {
    if (sequence.is_string()) request.stop_sequences.push_back(sequence.get<std::string>());
  }
}

void read_settings(const Json& body, ChatRequest& request) {
  request.model = string_member(body, "model");
  request.max_tokens = unsigned_member(body, "max_completion_tokens");
  if (!request.max_tokens) request.max_tokens = unsigned_member(body, "max_tokens");
  if (is_true(member_of(body, "stream"))) request.delivery = Delivery::stream;
  if (is_true(member_of(member_of(body, "stream_options"), "include_usage"))) {
    request.usage_chunk = UsageChunk::wanted;
  }
  if (is_true(member_of(body, "return_progress"))) request.progress = ProgressEvents::wanted;
  const Json& cache_prompt = member_of(body, "cache_prompt");
  if (cache_prompt.is_boolean() && !cache_prompt.get<bool>()) request.reuse = SlotReuse::forbidden;
  if (const auto slot = unsigned_member(body, "id_slot"); slot && *slot < 4096) {
    request.slot = static_cast<int>(*slot);
  }
}

}  // namespace

Result<Json> parse_body(std::string_view body) {
  Json parsed = parse_ordered_json(body);
  if (parsed.is_discarded()) return refuse("the body is not valid JSON");
  if (!parsed.is_object()) return refuse("the body must be a JSON object");
  return parsed;
}

Result<ChatRequest> read_openai_request(const Json& body) {
  const Json& messages = member_of(body, "messages");
  if (!messages.is_array()) return refuse("\"messages\" is missing or not an array");
  ChatRequest request;
  for (const Json& message : messages) {
    auto read = read_message(message);
    if (!read) return tl::unexpected(read.error());
    request.messages.push_back(std::move(*read));
  }
  if (auto tools = read_tools(member_of(body, "tools"), request); !tools)
    return tl::unexpected(tools.error());
  if (auto choice = read_tool_choice(member_of(body, "tool_choice"), request); !choice) {
    return tl::unexpected(choice.error());
  }
  read_answer_schema(member_of(body, "response_format"), request);
  read_stop(member_of(body, "stop"), request);
  read_settings(body, request);
  return request;
}

}  // namespace anyclaude::sim
