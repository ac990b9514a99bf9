#include "prompt/layout/conversation_layout.h"

#include <algorithm>

#include "base/byte_codec.h"

namespace anyclaude {
namespace {

// The numbers of sections.
constexpr std::uint64_t kSpellingsSection = 1;

void write(ByteWriter& out, const ConversationLayout& layout) {
  out.number(layout.number);
  out.number(layout.session);
  out.number(layout.learned_before);
  out.list(layout.links, [&out](std::uint64_t link) { out.number(link); });
  out.list(layout.tools, [&out](const std::string& name) { out.text(name); });
  out.list(layout.pieces, [&out](const LayoutPiece& piece) {
    out.number(static_cast<std::uint64_t>(piece.kind));
    out.text(piece.said);
    // Most pieces never change.
    const bool changed = piece.latest != piece.said;
    out.number(changed ? 1 : 0);
    if (changed) out.text(piece.latest);
  });
  out.list(layout.updates, [&out](const LayoutUpdate& update) {
    out.number(update.after_links);
    out.text(update.text);
  });
}

LayoutPiece read_piece(ByteReader& in) {
  LayoutPiece piece;
  piece.kind = static_cast<PieceKind>(std::min<std::uint64_t>(in.number(), 2));
  piece.said = in.text();
  piece.latest = in.number() == 1 ? in.text() : piece.said;
  return piece;
}

ConversationLayout read(ByteReader& in) {
  ConversationLayout layout;
  layout.number = in.number();
  layout.session = in.number();
  layout.learned_before = in.number();
  in.list([&] { layout.links.push_back(in.number()); });
  in.list([&] { layout.tools.push_back(in.text()); });
  in.list([&] { layout.pieces.push_back(read_piece(in)); });
  in.list([&] {
    const std::uint64_t after_links = in.number();
    layout.updates.push_back({after_links, in.text()});
  });
  return layout;
}

// --- How JSON was spelled ---

std::size_t size_of_spellings(const ConversationLayout& layout) {
  std::size_t bytes = layout.answer_spelling ? layout.answer_spelling->code.size() : 0;
  for (const ToolSpelling& spelling : layout.tool_spellings)
    bytes += sizeof spelling + spelling.name.size() + spelling.code.size();
  for (const TurnSpelling& spelling : layout.turn_spellings) {
    bytes += sizeof spelling;
    for (const std::string& code : spelling.codes) bytes += sizeof code + code.size();
  }
  return bytes;
}

void write_spelling(ByteWriter& out, const ToolSpelling& spelling) {
  out.text(spelling.name);
  out.number(spelling.meaning);
  out.number(spelling.text);
  out.text(spelling.code);
}

ToolSpelling read_tool_spelling(ByteReader& in) {
  ToolSpelling spelling;
  spelling.name = in.text();
  spelling.meaning = in.number();
  spelling.text = in.number();
  spelling.code = in.text();
  return spelling;
}

TurnSpelling read_turn_spelling(ByteReader& in) {
  TurnSpelling spelling;
  spelling.link = in.number();
  spelling.text = in.number();
  in.list([&] { spelling.codes.push_back(in.text()); });
  return spelling;
}

void write_spellings(ByteWriter& out, const ConversationLayout& layout) {
  out.list(layout.tool_spellings, [&out](const ToolSpelling& spelling) { write_spelling(out, spelling); });
  out.list(layout.turn_spellings, [&out](const TurnSpelling& spelling) {
    out.number(spelling.link);
    out.number(spelling.text);
    out.list(spelling.codes, [&out](const std::string& code) { out.text(code); });
  });
  out.number(layout.answer_spelling ? 1 : 0);
  if (layout.answer_spelling) write_spelling(out, *layout.answer_spelling);
}

void read_spellings(ByteReader& in, ConversationLayout& layout) {
  in.list([&] { layout.tool_spellings.push_back(read_tool_spelling(in)); });
  in.list([&] { layout.turn_spellings.push_back(read_turn_spelling(in)); });
  if (in.number() == 1) layout.answer_spelling = read_tool_spelling(in);
}

// Spellings of each layout, in the order of the layouts. False when the section is not whole.
bool read_spellings_section(std::string_view section, std::vector<ConversationLayout>& layouts) {
  ByteReader in(section);
  for (ConversationLayout& layout : layouts) read_spellings(in, layout);
  return in.complete();
}

}  // namespace

std::size_t size_of(const ConversationLayout& layout) {
  std::size_t bytes = sizeof layout + 8 * layout.links.size();
  for (const std::string& name : layout.tools) bytes += sizeof name + name.size();
  for (const LayoutPiece& piece : layout.pieces)
    bytes += sizeof piece + piece.said.size() + (piece.latest == piece.said ? 0 : piece.latest.size());
  for (const LayoutUpdate& update : layout.updates) bytes += sizeof update + update.text.size();
  return bytes + size_of_spellings(layout);
}

std::string encode_layouts(const std::vector<std::shared_ptr<const ConversationLayout>>& layouts) {
  ByteWriter out;
  out.list(layouts, [&out](const auto& layout) { write(out, *layout); });
  ByteWriter spellings;
  for (const auto& layout : layouts) write_spellings(spellings, *layout);
  out.number(kSpellingsSection);
  out.text(spellings.take());
  return out.take();
}

std::optional<std::vector<ConversationLayout>> decode_layouts(std::string_view bytes) {
  ByteReader in(bytes);
  std::vector<ConversationLayout> layouts;
  in.list([&] { layouts.push_back(read(in)); });
  while (in.ok() && !in.complete()) {
    const std::uint64_t number = in.number();
    const std::string section = in.text();
    if (number == kSpellingsSection && !read_spellings_section(section, layouts)) return std::nullopt;
  }
  if (!in.complete()) return std::nullopt;
  return layouts;
}

std::size_t common_links(const std::vector<std::uint64_t>& left, const std::vector<std::uint64_t>& right) {
  const auto end = std::mismatch(left.begin(), left.end(), right.begin(), right.end()).first;
  return static_cast<std::size_t>(end - left.begin());
}

}  // namespace anyclaude
