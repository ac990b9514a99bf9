#include "messages/request/messages_request.h"

#include <algorithm>
#include <utility>

#include "messages/json/json_document.h"
#include "messages/json/json_reader.h"
#include "messages/json/json_text_writer.h"
#include "messages/request/attribution.h"
#include "messages/request/content_block_reader.h"
#include "messages/request/request_field.h"

namespace anyclaude {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

class RequestReader {
 public:
  explicit RequestReader(const JsonDocument& document) : reader_(NumberSpellings::of(document)) {}

  Result<MessagesRequest> read(element root, RequestPurpose purpose) {
    const auto fields = reader_.object(root, top_);
    if (fields) {
      for (const auto field : *fields) read_member(field.key, field.value);
      require_fields(*fields, purpose);
    }
    if (reader_.failed()) return tl::unexpected<Error>(*reader_.error());
    return std::move(request_);
  }

 private:
  void require_fields(const object& fields, RequestPurpose purpose) {
    reader_.require(fields, "model", top_);
    const bool has_messages = reader_.require(fields, "messages", top_).has_value();
    if (has_messages && request_.messages.empty())
      reader_.refuse(top_.member("messages"), "at least one message is required");
    if (purpose == RequestPurpose::count_tokens) return;
    if (reader_.require(fields, "max_tokens", top_) && request_.max_tokens == 0)
      reader_.refuse(top_.member("max_tokens"), "Input should be greater than or equal to 1");
  }

  void read_member(std::string_view name, element value) {
    const auto field = request_field_from(name);
    if (!field) {
      request_.unknown_fields.push_back({std::string(name), canonical_json(value)});
    } else if (!value.is_null()) {
      read_field(*field, value, top_.member(name));
    }
  }

  void read_field(RequestField field, element value, const JsonPlace& place) {
    switch (field) {
      case RequestField::model:
        request_.model = reader_.string(value, place);
        if (request_.model.empty()) reader_.refuse(place, "String should have at least 1 character");
        return;
      case RequestField::system:
        return read_system(value, place);
      case RequestField::messages:
        return read_messages(value, place);
      case RequestField::tools:
        return read_tools(value, place);
      case RequestField::tool_choice:
        return read_tool_choice(value, place);
      case RequestField::max_tokens:
        request_.max_tokens = reader_.unsigned_integer(value, place);
        return;
      case RequestField::temperature:
        request_.temperature = reader_.number(value, place);
        return;
      case RequestField::top_p:
        request_.top_p = reader_.number(value, place);
        return;
      case RequestField::top_k:
        request_.top_k = reader_.unsigned_integer(value, place);
        return;
      case RequestField::stop_sequences:
        return read_stop_sequences(value, place);
      case RequestField::thinking:
        return read_thinking(value, place);
      case RequestField::output_config:
        return read_output_config(value, place);
      case RequestField::output_format:
        if (!request_.output.json_schema) read_output_format(value, place);
        return;
      case RequestField::stream:
        request_.delivery = reader_.boolean(value, place) ? Delivery::stream : Delivery::whole;
        return;
      case RequestField::metadata:
      case RequestField::cache_control:
        return;  // who asks and what Anthropic is to keep: no part of the request's meaning
      case RequestField::context_management:
      case RequestField::safeguards:
      case RequestField::service_tier:
      case RequestField::inference_geo:
      case RequestField::container:
      case RequestField::mcp_servers:
        request_.unknown_fields.push_back({std::string(name_of(field)), canonical_json(value)});
        return;
    }
  }

  void read_system(element value, const JsonPlace& place) {
    for (const ContentBlock& block : read_content(reader_, value, place)) {
      if (const auto* text = std::get_if<TextBlock>(&block.value)) {
        if (!is_attribution(text->text)) request_.system.push_back(*text);
      } else if (const auto* unknown = std::get_if<UnknownBlock>(&block.value)) {
        request_.system.push_back({unknown->json.text});
      } else {
        reader_.refuse(place, "Input should be a list of text blocks");
      }
    }
  }

  void read_messages(element value, const JsonPlace& place) {
    const auto list = reader_.array(value, place);
    if (!list) return;
    request_.messages.reserve(list->size());
    for (const element item : *list) read_message(item, place.item(request_.messages.size()));
  }

  void read_message(element value, const JsonPlace& place) {
    Message& message = request_.messages.emplace_back();
    const auto members = reader_.object(value, place);
    if (!members) return;
    const std::string_view role = reader_.required_string(*members, "role", place);
    if (role == "assistant") {
      message.role = Role::assistant;
    } else if (role == "system") {
      message.role = Role::system;
    } else if (role != "user") {
      reader_.refuse(place.member("role"), "Input should be 'user', 'assistant' or 'system'");
    }
    if (const auto content = reader_.require(*members, "content", place))
      message.content = read_content(reader_, *content, place.member("content"));
  }

  void read_tools(element value, const JsonPlace& place) {
    const auto list = reader_.array(value, place);
    if (!list) return;
    request_.tools.reserve(list->size());
    for (const element item : *list) read_tool(item, place.item(request_.tools.size()));
  }

  void read_tool(element value, const JsonPlace& place) {
    Tool& tool = request_.tools.emplace_back();
    const auto entry = reader_.object(value, place);
    if (!entry) return;
    tool.type = reader_.optional_string(*entry, "type", place);
    tool.side = tool.type.empty() || tool.type == "custom" ? ToolSide::client : ToolSide::server;
    tool.name = tool.side == ToolSide::client ? reader_.required_string(*entry, "name", place)
                                              : reader_.optional_string(*entry, "name", place);
    tool.description = reader_.optional_string(*entry, "description", place);
    if (const auto schema = reader_.find(*entry, "input_schema")) {
      reader_.object(*schema, place.member("input_schema"));
      tool.input_schema = spelled_json(reader_.numbers(), *schema);
    }
    if (const auto defer = reader_.find(*entry, "defer_loading"))
      tool.loading = reader_.boolean(*defer, place.member("defer_loading")) ? ToolLoading::deferred
                                                                            : ToolLoading::immediate;
  }

  void read_tool_choice(element value, const JsonPlace& place) {
    const auto members = reader_.object(value, place);
    if (!members) return;
    ToolChoice& choice = request_.tool_choice.emplace();
    const std::string_view type = reader_.required_string(*members, "type", place);
    if (type == "any") {
      choice.kind = ToolChoiceKind::any;
    } else if (type == "none") {
      choice.kind = ToolChoiceKind::none;
    } else if (type == "tool") {
      choice.kind = ToolChoiceKind::named;
      choice.name = reader_.required_string(*members, "name", place);
    } else if (type != "auto") {
      reader_.refuse(place.member("type"), "Input should be 'auto', 'any', 'tool' or 'none'");
    }
    if (const auto disable = reader_.find(*members, "disable_parallel_tool_use"))
      choice.parallel = reader_.boolean(*disable, place.member("disable_parallel_tool_use"))
                            ? ParallelTools::forbidden
                            : ParallelTools::allowed;
  }

  void read_stop_sequences(element value, const JsonPlace& place) {
    const auto list = reader_.array(value, place);
    if (!list) return;
    for (const element item : *list)
      request_.stop_sequences.emplace_back(reader_.string(item, place.item(request_.stop_sequences.size())));
  }

  // A type that is not known is no reason to refuse: the list has grown before.
  void read_thinking(element value, const JsonPlace& place) {
    const auto members = reader_.object(value, place);
    if (!members) return;
    const std::string_view type = reader_.required_string(*members, "type", place);
    if (type == "disabled") request_.thinking.mode = ThinkingMode::disabled;
    if (type == "enabled") request_.thinking.mode = ThinkingMode::enabled;
    if (type == "adaptive") request_.thinking.mode = ThinkingMode::adaptive;
    if (const auto budget = reader_.find(*members, "budget_tokens"))
      request_.thinking.budget_tokens = reader_.unsigned_integer(*budget, place.member("budget_tokens"));
  }

  void read_output_config(element value, const JsonPlace& place) {
    const auto members = reader_.object(value, place);
    if (!members) return;
    request_.output.effort = reader_.optional_string(*members, "effort", place);
    if (const auto format = reader_.find(*members, "format"))
      read_output_format(*format, place.member("format"));
  }

  void read_output_format(element value, const JsonPlace& place) {
    const auto members = reader_.object(value, place);
    if (!members || reader_.required_string(*members, "type", place) != "json_schema") return;
    if (const auto schema = reader_.require(*members, "schema", place)) {
      reader_.object(*schema, place.member("schema"));
      request_.output.json_schema = spelled_json(reader_.numbers(), *schema);
    }
  }

  const JsonPlace top_{};
  JsonReader reader_;
  MessagesRequest request_;
};

}  // namespace

Result<MessagesRequest> parse_messages_request(const JsonDocument& document, RequestPurpose purpose) {
  return RequestReader(document).read(document.root(), purpose);
}

}  // namespace anyclaude
