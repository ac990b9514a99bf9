// What a request asks of the model, whichever endpoint it came through.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anyclaude::sim {

// Keeps object keys in the order received, as chat templates see them.
using Json = nlohmann::ordered_json;

enum class Speaker { system, user, assistant, tool };

struct ToolCall {
  std::string name;
  std::string arguments;  // JSON text, spelled by spaced_json()
};

struct ChatMessage {
  Speaker speaker = Speaker::user;
  std::vector<std::string> texts;  // images, documents and unknown blocks as markers or JSON text
  std::string thinking;            // assistant only
  std::vector<ToolCall> tool_calls = {};

  // The texts on lines of their own.
  std::string text() const;
};

struct OfferedTool {
  std::string name;
  Json parameters;   // the JSON schema of its arguments
  Json declaration;  // as the template shows it
};

enum class ToolChoice { automatic, required, named, none };
enum class Delivery { whole, stream };
enum class SlotReuse { allowed, forbidden };  // llama.cpp's cache_prompt
enum class UsageChunk { wanted, unwanted };   // stream_options.include_usage
enum class ProgressEvents { wanted, unwanted };

struct ChatRequest {
  std::string model;
  std::vector<ChatMessage> messages;
  std::vector<OfferedTool> tools;
  ToolChoice tool_choice = ToolChoice::automatic;
  std::string tool_choice_name;  // when named
  std::optional<std::uint64_t> max_tokens;
  std::vector<std::string> stop_sequences;
  std::optional<Json> answer_schema;  // the answer is to be JSON of this schema
  Delivery delivery = Delivery::whole;
  UsageChunk usage_chunk = UsageChunk::unwanted;
  ProgressEvents progress = ProgressEvents::unwanted;
  SlotReuse reuse = SlotReuse::allowed;
  std::optional<int> slot;

  const OfferedTool* find_tool(std::string_view name) const;
};

// The newest text a person typed: the last user message with a text that is not a <system-reminder>.
// `tool_results` counts the tool results behind it. Both are what scripts look at.
struct NewestUserText {
  std::string text;
  std::size_t tool_results = 0;
};
NewestUserText newest_user_text(const ChatRequest& request);

// A placeholder for bytes the model would see as an image or a document: equal data, equal text.
std::string media_marker(std::string_view kind, std::string_view data);

// Compact JSON text; bytes that are not UTF-8 become U+FFFD instead of an exception.
std::string json_text(const Json& value);
// The same with a space behind each comma and colon, as chat templates and models write JSON.
std::string spaced_json(const Json& value);

}  // namespace anyclaude::sim
