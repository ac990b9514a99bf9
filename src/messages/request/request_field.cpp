#include "messages/request/request_field.h"

namespace anyclaude {

std::string_view name_of(RequestField field) {
  switch (field) {
    case RequestField::model:
      return "model";
    case RequestField::system:
      return "system";
    case RequestField::messages:
      return "messages";
    case RequestField::tools:
      return "tools";
    case RequestField::tool_choice:
      return "tool_choice";
    case RequestField::max_tokens:
      return "max_tokens";
    case RequestField::temperature:
      return "temperature";
    case RequestField::top_p:
      return "top_p";
    case RequestField::top_k:
      return "top_k";
    case RequestField::stop_sequences:
      return "stop_sequences";
    case RequestField::thinking:
      return "thinking";
    case RequestField::output_config:
      return "output_config";
    case RequestField::output_format:
      return "output_format";
    case RequestField::stream:
      return "stream";
    case RequestField::metadata:
      return "metadata";
    case RequestField::cache_control:
      return "cache_control";
    case RequestField::context_management:
      return "context_management";
    case RequestField::safeguards:
      return "safeguards";
    case RequestField::service_tier:
      return "service_tier";
    case RequestField::inference_geo:
      return "inference_geo";
    case RequestField::container:
      return "container";
    case RequestField::mcp_servers:
      return "mcp_servers";
  }
  return "";
}

std::optional<RequestField> request_field_from(std::string_view name) {
  for (std::size_t i = 0; i < kRequestFieldCount; ++i) {
    const auto field = static_cast<RequestField>(i);
    if (name_of(field) == name) return field;
  }
  return std::nullopt;
}

}  // namespace anyclaude
