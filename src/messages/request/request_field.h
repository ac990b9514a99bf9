// The top-level fields of a Messages request that this version knows. Code that reads requests switches over
// them without a default, so that a new field breaks the build until its meaning there is decided.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace anyclaude {

enum class RequestField {
  model,
  system,
  messages,
  tools,
  tool_choice,
  max_tokens,
  temperature,
  top_p,
  top_k,
  stop_sequences,
  thinking,
  output_config,
  output_format,  // where output_config.format stood before
  stream,
  metadata,
  cache_control,
  context_management,
  safeguards,
  service_tier,
  inference_geo,
  container,
  mcp_servers,
};
inline constexpr std::size_t kRequestFieldCount = 22;

std::string_view name_of(RequestField field);
// Nothing for a field this version does not know.
std::optional<RequestField> request_field_from(std::string_view name);

}  // namespace anyclaude
