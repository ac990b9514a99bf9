// A Messages request, parsed for the rewritten lane. Owns its strings.
//
// Two requests with the same key differ here at most in: delivery, unknown_fields, the order of tools, how
// tool ids are spelled (not in which of them are the same), thinking signatures, and how JSON is spelled (the
// order of members and the spelling of numbers of every SpelledJson). What goes to a server must not depend
// on the first five. JSON goes to the server as it was spelled at its first appearance in the conversation,
// which its layout remembers; at prompt level `off`, which keeps no layouts, as this request spells it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "messages/request/content_block.h"

namespace anyclaude {

class JsonDocument;

enum class Role { user, assistant, system };

struct Message {
  Role role = Role::user;
  std::vector<ContentBlock> content;  // a string is read as one text block
};

enum class ToolLoading { immediate, deferred };
// A tool without a `type` or with type "custom" is the client's; any other type runs at Anthropic
// (web_search_...).
enum class ToolSide { client, server };

struct Tool {
  std::string name;
  std::string description;
  SpelledJson input_schema = {"{}", {}};  // "{}" when absent
  ToolLoading loading = ToolLoading::immediate;
  ToolSide side = ToolSide::client;
  std::string type;  // as sent, empty when absent
};

enum class ToolChoiceKind { automatic, any, named, none };
enum class ParallelTools { allowed, forbidden };

struct ToolChoice {
  ToolChoiceKind kind = ToolChoiceKind::automatic;
  std::string name;  // when named
  ParallelTools parallel = ParallelTools::allowed;
};

enum class ThinkingMode { unspecified, disabled, enabled, adaptive };

struct ThinkingSettings {
  ThinkingMode mode = ThinkingMode::unspecified;
  std::optional<std::uint64_t> budget_tokens;
};

struct OutputSettings {
  std::string effort;                      // empty when not set
  std::optional<SpelledJson> json_schema;  // output_config.format.schema
};

// A top-level field that has no place of its own here, kept so that nothing is lost. It never reaches a model
// of the rewritten lane, whose key does not hold it: an encoder must not read it.
struct UnknownField {
  std::string name;
  std::string json;  // canonical JSON
};

enum class Delivery { whole, stream };

struct MessagesRequest {
  std::string model;
  std::vector<TextBlock> system;  // the attribution block is left out
  std::vector<Message> messages;
  std::vector<Tool> tools;
  std::optional<ToolChoice> tool_choice;
  std::uint64_t max_tokens = 0;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::uint64_t> top_k;
  std::vector<std::string> stop_sequences;
  ThinkingSettings thinking;
  OutputSettings output;
  Delivery delivery = Delivery::whole;
  std::vector<UnknownField> unknown_fields;
};

// What the request is for. Counting tokens takes the same body, which then names no max_tokens.
enum class RequestPurpose { answer, count_tokens };

// Reads a request. Errors are invalid_request with the path of the offending value, in Anthropic's wording
// where Anthropic has one ("messages: Field required"). Unknown fields, block types and tool types are kept,
// not refused.
Result<MessagesRequest> parse_messages_request(const JsonDocument& document,
                                               RequestPurpose purpose = RequestPurpose::answer);

}  // namespace anyclaude
