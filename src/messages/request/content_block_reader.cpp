#include "messages/request/content_block_reader.h"

#include <string>
#include <utility>

#include "messages/json/json_text_writer.h"
#include "messages/request/block_kind.h"

namespace anyclaude {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

void write_without_cache_control(JsonTextWriter& writer, const object& block) {
  writer.object(block, [&writer](std::string_view name, element member) {
    if (name == "cache_control") return;
    writer.key(name);
    writer.value(member);
  });
}

// A source of type "content" is a list of blocks, whose cache_control is left out like everywhere else.
void write_source(JsonTextWriter& writer, const object& source) {
  writer.object(source, [&writer](std::string_view name, element member) {
    writer.key(name);
    simdjson::dom::array blocks;
    if (name != "content" || member.get(blocks) != simdjson::SUCCESS) return writer.value(member);
    writer.list(blocks, [&writer](element item) {
      object block;
      if (item.get(block) == simdjson::SUCCESS)
        write_without_cache_control(writer, block);
      else
        writer.value(item);
    });
  });
}

struct Media {
  MediaSource source = MediaSource::other;
  std::string media_type;
  std::string data;
  SpelledJson other;
};

Media read_source(JsonReader& reader, const object& block, const JsonPlace& block_place) {
  const JsonPlace place = block_place.member("source");
  const auto value = reader.require(block, "source", block_place);
  if (!value) return {};
  const auto source = reader.object(*value, place);
  if (!source) return {};
  const std::string_view type = reader.required_string(*source, "type", place);
  Media media;
  const auto take = [&](MediaSource kind, std::string_view member) {
    media.source = kind;
    media.media_type = reader.optional_string(*source, "media_type", place);
    media.data = reader.required_string(*source, member, place);
  };
  if (type == "base64") {
    take(MediaSource::base64, "data");
  } else if (type == "text") {
    take(MediaSource::text, "data");
  } else if (type == "url") {
    take(MediaSource::url, "url");
  } else if (type == "file") {
    take(MediaSource::file, "file_id");
  } else {
    media.other =
        spelled_json(reader.numbers(), [&](JsonTextWriter& writer) { write_source(writer, *source); });
  }
  return media;
}

ContentBlock read_image(JsonReader& reader, const object& block, const JsonPlace& place) {
  Media media = read_source(reader, block, place);
  return {
      ImageBlock{media.source, std::move(media.media_type), std::move(media.data), std::move(media.other)}};
}

ContentBlock read_document(JsonReader& reader, const object& block, const JsonPlace& place) {
  Media media = read_source(reader, block, place);
  return {DocumentBlock{media.source, std::move(media.media_type), std::move(media.data),
                        std::string(reader.optional_string(block, "title", place)),
                        std::string(reader.optional_string(block, "context", place)),
                        std::move(media.other)}};
}

ContentBlock read_tool_use(JsonReader& reader, const object& block, const JsonPlace& place) {
  ToolUseBlock use;
  use.id = reader.required_string(block, "id", place);
  use.name = reader.required_string(block, "name", place);
  if (const auto input = reader.require(block, "input", place)) {
    reader.object(*input, place.member("input"));
    use.input = spelled_json(reader.numbers(), *input);
  }
  return {std::move(use)};
}

ContentBlock read_tool_result(JsonReader& reader, const object& block, const JsonPlace& place) {
  ToolResultBlock result;
  result.tool_use_id = reader.required_string(block, "tool_use_id", place);
  if (const auto content = reader.find(block, "content"))
    result.content = read_content(reader, *content, place.member("content"));
  if (const auto is_error = reader.find(block, "is_error"))
    result.outcome =
        reader.boolean(*is_error, place.member("is_error")) ? ToolOutcome::error : ToolOutcome::ok;
  return {std::move(result)};
}

ContentBlock read_block(JsonReader& reader, element value, const JsonPlace& place) {
  const auto block = reader.object(value, place);
  if (!block) return {};
  const std::string_view type = reader.required_string(*block, "type", place);
  const auto text_of = [&](std::string_view name) {
    return std::string(reader.required_string(*block, name, place));
  };
  switch (block_kind_from(type)) {
    case BlockKind::text:
      return {TextBlock{text_of("text")}};
    case BlockKind::image:
      return read_image(reader, *block, place);
    case BlockKind::document:
      return read_document(reader, *block, place);
    case BlockKind::tool_use:
      return read_tool_use(reader, *block, place);
    case BlockKind::tool_result:
      return read_tool_result(reader, *block, place);
    case BlockKind::thinking:
      return {ThinkingBlock{text_of("thinking"),
                            std::string(reader.optional_string(*block, "signature", place))}};
    case BlockKind::redacted_thinking:
      return {RedactedThinkingBlock{text_of("data")}};
    case BlockKind::tool_reference:
      return {ToolReferenceBlock{text_of("tool_name")}};
    case BlockKind::unknown:
      return {UnknownBlock{std::string(type), spelled_json(reader.numbers(), [&](JsonTextWriter& writer) {
                             write_without_cache_control(writer, *block);
                           })}};
  }
  return {};
}

}  // namespace

BlockKind block_kind_from(std::string_view type) {
  if (type == "text") return BlockKind::text;
  if (type == "tool_use") return BlockKind::tool_use;
  if (type == "tool_result") return BlockKind::tool_result;
  if (type == "thinking") return BlockKind::thinking;
  if (type == "image") return BlockKind::image;
  if (type == "document") return BlockKind::document;
  if (type == "redacted_thinking") return BlockKind::redacted_thinking;
  if (type == "tool_reference") return BlockKind::tool_reference;
  return BlockKind::unknown;
}

std::vector<ContentBlock> read_content(JsonReader& reader, element content, const JsonPlace& place) {
  std::vector<ContentBlock> blocks;
  if (content.is_string()) {
    blocks.push_back({TextBlock{std::string(reader.string(content, place))}});
    return blocks;
  }
  simdjson::dom::array list;
  if (content.get(list) != simdjson::SUCCESS) {
    reader.refuse(place, "Input should be a valid string or list");
    return blocks;
  }
  blocks.reserve(list.size());
  for (const element item : list) blocks.push_back(read_block(reader, item, place.item(blocks.size())));
  return blocks;
}

}  // namespace anyclaude
