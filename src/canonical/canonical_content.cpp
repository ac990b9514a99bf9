#include "canonical/canonical_content.h"

#include <algorithm>
#include <string>
#include <vector>

#include "messages/request/attribution.h"
#include "messages/request/block_kind.h"

namespace anyclaude {
namespace {

// What becomes of a member of a content block.
enum class MemberUse {
  keyed,       // as it is
  dropped,     // makes no difference
  error_flag,  // false is the same as absent
  tool_id,     // which of the conversation's calls it is, not how that is spelled
  content,     // a string or a list of blocks
  source,      // of an image or a document
};

// The verbatim lane keys history as spelled, unknown members too.
MemberUse verbatim_use(BlockKind kind, std::string_view name) {
  if (kind == BlockKind::tool_result && name == "is_error") return MemberUse::error_flag;
  if (kind == BlockKind::tool_result && name == "content") return MemberUse::content;
  if ((kind == BlockKind::image || kind == BlockKind::document) && name == "source") return MemberUse::source;
  return MemberUse::keyed;
}

// The rewritten lane keys what its encoders can read: the members that content_block.h has a place for.
MemberUse rewritten_use(BlockKind kind, std::string_view name) {
  if (name == "type") return MemberUse::keyed;
  switch (kind) {
    case BlockKind::text:
      return name == "text" ? MemberUse::keyed : MemberUse::dropped;
    case BlockKind::tool_use:
      if (name == "id") return MemberUse::tool_id;
      return name == "name" || name == "input" ? MemberUse::keyed : MemberUse::dropped;
    case BlockKind::tool_result:
      if (name == "tool_use_id") return MemberUse::tool_id;
      if (name == "content") return MemberUse::content;
      return name == "is_error" ? MemberUse::error_flag : MemberUse::dropped;
    case BlockKind::thinking:
      return name == "thinking" ? MemberUse::keyed : MemberUse::dropped;
    case BlockKind::image:
    case BlockKind::document:
      return name == "source" ? MemberUse::source : MemberUse::keyed;
    case BlockKind::redacted_thinking:
    case BlockKind::tool_reference:
    case BlockKind::unknown:
      return MemberUse::keyed;
  }
  return MemberUse::keyed;
}

MemberUse use_of(Lane lane, BlockKind kind, std::string_view name) {
  if (name == "cache_control") return MemberUse::dropped;
  switch (lane) {
    case Lane::verbatim:
      return verbatim_use(kind, name);
    case Lane::rewritten:
      return rewritten_use(kind, name);
  }
  return MemberUse::keyed;
}

// A text block with nothing but the line; `cache_control` on it makes no difference anywhere.
bool is_attribution_block(simdjson::dom::element value) {
  simdjson::dom::object block;
  std::string_view type;
  std::string_view text;
  if (value.get(block) != simdjson::SUCCESS || block.at_key("type").get(type) != simdjson::SUCCESS ||
      type != "text" || block.at_key("text").get(text) != simdjson::SUCCESS || !is_attribution(text))
    return false;
  return std::all_of(block.begin(), block.end(), [](const simdjson::dom::key_value_pair& member) {
    return member.key == "type" || member.key == "text" || member.key == "cache_control";
  });
}

struct Range {
  std::size_t begin;
  std::size_t end;
};

// Puts neighbouring ranges of `bytes` into bytewise order of what they hold.
void sort_ranges(std::string& bytes, std::vector<Range>& ranges) {
  const std::string_view all = bytes;
  const auto text_of = [&all](const Range& range) {
    return all.substr(range.begin, range.end - range.begin);
  };
  const auto before = [&](const Range& left, const Range& right) { return text_of(left) < text_of(right); };
  if (ranges.empty() || std::is_sorted(ranges.begin(), ranges.end(), before)) return;
  const std::size_t begin = ranges.front().begin;
  std::sort(ranges.begin(), ranges.end(), before);
  std::string sorted;
  sorted.reserve(bytes.size() - begin);
  for (const Range& range : ranges) sorted += text_of(range);
  bytes.replace(begin, sorted.size(), sorted);
}

}  // namespace

void CanonicalContent::system(Element value, const JsonPlace& place) {
  content(value, Part::system, place);
}

void CanonicalContent::messages(Element value, const JsonPlace& place) {
  const auto list = reader_.array(value, place);
  if (!list) return;
  std::size_t index = 0;
  writer_.tag(CanonicalTag::list);
  for (const Element item : *list) message(item, place.item(index++));
  writer_.tag(CanonicalTag::list_end);
}

void CanonicalContent::message(Element value, const JsonPlace& place) {
  const auto members = reader_.object(value, place);
  if (!members) return;
  writer_.object(*members, [&](std::string_view name, Element member) {
    if (name == "content") {
      writer_.key(name);
      content(member, Part::message, place.member(name));
    } else if (name == "role" || lane_ == Lane::verbatim) {
      writer_.key(name);
      writer_.value(member);
    }
  });
}

void CanonicalContent::content(Element value, Part part, const JsonPlace& place) {
  writer_.tag(CanonicalTag::list);
  std::string_view text;
  simdjson::dom::array list;
  if (value.get(text) == simdjson::SUCCESS) {
    if (part == Part::message || !is_attribution(text)) text_block(text);
  } else if (value.get(list) == simdjson::SUCCESS) {
    std::size_t index = 0;
    for (const Element item : list) block(item, part, place.item(index++));
  } else {
    reader_.refuse(place, "Input should be a valid string or list");
  }
  writer_.tag(CanonicalTag::list_end);
}

// Byte for byte what block() writes for {"type": "text", "text": ...}.
void CanonicalContent::text_block(std::string_view text) {
  writer_.tag(CanonicalTag::object);
  writer_.key("text");
  writer_.string(text);
  writer_.key("type");
  writer_.string("text");
  writer_.tag(CanonicalTag::object_end);
}

void CanonicalContent::block(Element value, Part part, const JsonPlace& place) {
  const auto members = reader_.object(value, place);
  if (!members) return;
  if (part == Part::system && is_attribution_block(value)) return;
  const BlockKind kind = block_kind_from(reader_.required_string(*members, "type", place));
  if (kind == BlockKind::unknown) findings_.unknown_block = true;
  writer_.object(*members, [&](std::string_view name, Element member) {
    block_member(kind, name, member, place.member(name));
  });
}

void CanonicalContent::block_member(BlockKind kind, std::string_view name, Element value,
                                    const JsonPlace& place) {
  switch (use_of(lane_, kind, name)) {
    case MemberUse::dropped:
      return;
    case MemberUse::error_flag:
      if (value.is_bool() && !value.get_bool().value_unsafe()) return;
      writer_.key(name);
      return writer_.value(value);
    case MemberUse::keyed:
      writer_.key(name);
      return writer_.value(value);
    case MemberUse::tool_id:
      writer_.key(name);
      return tool_id(value, place);
    case MemberUse::content:
      writer_.key(name);
      return value.is_null() ? writer_.value(value) : content(value, Part::message, place);
    case MemberUse::source:
      writer_.key(name);
      return source(value, place);
  }
}

void CanonicalContent::source(Element value, const JsonPlace& place) {
  const auto members = reader_.object(value, place);
  if (!members) return;
  note_source(value);
  writer_.object(*members, [&](std::string_view name, Element member) {
    writer_.key(name);
    simdjson::dom::array list;
    if (name != "content" || member.get(list) != simdjson::SUCCESS) return writer_.value(member);
    writer_.tag(CanonicalTag::list);
    for (const Element item : list) source_item(item);
    writer_.tag(CanonicalTag::list_end);
  });
}

// A block inside a source is keyed whole, for both lanes pass it on whole.
void CanonicalContent::source_item(Element value) {
  Object members;
  if (value.get(members) != simdjson::SUCCESS) return writer_.value(value);
  writer_.object(members, [&](std::string_view name, Element member) {
    if (name == "cache_control") return;
    if (name == "source") note_source(member);
    writer_.key(name);
    writer_.value(member);
  });
}

void CanonicalContent::note_source(Element value) {
  std::string_view type;
  if (value["type"].get(type) != simdjson::SUCCESS) return;
  if (type == "url") findings_.url_source = true;
  if (type == "file") findings_.file_reference = true;
}

void CanonicalContent::tools(Element value, ToolOrder order, const JsonPlace& place) {
  const auto list = reader_.array(value, place);
  if (!list) return;
  std::vector<Range> entries;
  writer_.tag(CanonicalTag::list);
  for (const Element item : *list) {
    const std::size_t begin = writer_.out().size();
    tool(item, place.item(entries.size()));
    entries.push_back({begin, writer_.out().size()});
  }
  if (order == ToolOrder::sorted) sort_ranges(writer_.out(), entries);
  writer_.tag(CanonicalTag::list_end);
}

void CanonicalContent::tool(Element value, const JsonPlace& place) {
  const auto members = reader_.object(value, place);
  if (!members) return;
  const std::string_view type = reader_.optional_string(*members, "type", place);
  if (!type.empty() && type != "custom") findings_.server_tools = true;
  writer_.object(*members, [&](std::string_view name, Element member) {
    if (name == "cache_control") return;
    writer_.key(name);
    writer_.value(member);
  });
}

void CanonicalContent::tool_id(Element value, const JsonPlace& place) {
  const std::string_view id = reader_.string(value, place);
  writer_.tool_id(tool_ids_.try_emplace(id, static_cast<std::uint32_t>(tool_ids_.size())).first->second);
}

}  // namespace anyclaude
