// System text, messages and tools in canonical bytes: the places where something makes no difference.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "canonical/canonical_request.h"
#include "canonical/canonical_writer.h"
#include "messages/json/json_reader.h"
#include "messages/request/block_kind.h"

namespace anyclaude {

// Not thread-safe; one per request, for tool ids are numbered over all of it. Values of a type they cannot
// have are refused through the reader; the bytes written are then of no use.
class CanonicalContent {
 public:
  using Element = simdjson::dom::element;
  using Object = simdjson::dom::object;

  CanonicalContent(CanonicalWriter& writer, JsonReader& reader, CanonicalFindings& findings, Lane lane)
      : writer_(writer), reader_(reader), findings_(findings), lane_(lane) {}

  // A string or a list of blocks, without the attribution block.
  void system(Element value, const JsonPlace& place);
  void messages(Element value, const JsonPlace& place);
  enum class ToolOrder { kept, sorted };
  void tools(Element value, ToolOrder order, const JsonPlace& place);

 private:
  enum class Part { system, message };
  void message(Element value, const JsonPlace& place);
  void content(Element value, Part part, const JsonPlace& place);
  void text_block(std::string_view text);
  void block(Element value, Part part, const JsonPlace& place);
  void block_member(BlockKind kind, std::string_view name, Element value, const JsonPlace& place);
  void source(Element value, const JsonPlace& place);
  void source_item(Element value);
  void note_source(Element value);
  void tool(Element value, const JsonPlace& place);
  void tool_id(Element value, const JsonPlace& place);

  CanonicalWriter& writer_;
  JsonReader& reader_;
  CanonicalFindings& findings_;
  const Lane lane_;
  std::unordered_map<std::string_view, std::uint32_t> tool_ids_;
};

}  // namespace anyclaude
