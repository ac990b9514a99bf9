#include "canonical/conversation_layout.h"

#include <algorithm>

#include "canonical/byte_codec.h"

namespace anyclaude {
namespace {

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

}  // namespace

std::size_t size_of(const ConversationLayout& layout) {
  std::size_t bytes = sizeof layout + 8 * layout.links.size();
  for (const std::string& name : layout.tools) bytes += sizeof name + name.size();
  for (const LayoutPiece& piece : layout.pieces)
    bytes += sizeof piece + piece.said.size() + (piece.latest == piece.said ? 0 : piece.latest.size());
  for (const LayoutUpdate& update : layout.updates) bytes += sizeof update + update.text.size();
  return bytes;
}

std::string encode_layouts(const std::vector<std::shared_ptr<const ConversationLayout>>& layouts) {
  ByteWriter out;
  out.list(layouts, [&out](const auto& layout) { write(out, *layout); });
  return out.take();
}

std::optional<std::vector<ConversationLayout>> decode_layouts(std::string_view bytes) {
  ByteReader in(bytes);
  std::vector<ConversationLayout> layouts;
  in.list([&] { layouts.push_back(read(in)); });
  if (!in.complete()) return std::nullopt;
  return layouts;
}

std::size_t common_links(const std::vector<std::uint64_t>& left, const std::vector<std::uint64_t>& right) {
  const auto end = std::mismatch(left.begin(), left.end(), right.begin(), right.end()).first;
  return static_cast<std::size_t>(end - left.begin());
}

}  // namespace anyclaude
