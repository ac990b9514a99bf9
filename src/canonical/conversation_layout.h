// What a conversation's prompt began with, and what was said since to correct it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anyclaude {

// Where a piece of the prompt stands: in the system prompt, or in the first turn as a block of its own, or as
// the session facts behind those blocks.
enum class PieceKind : unsigned char { system = 0, block = 1, facts = 2 };

struct PromptPiece {
  PieceKind kind = PieceKind::system;
  std::string text;
};

struct LayoutPiece {
  PieceKind kind = PieceKind::system;
  std::string said;    // as it stands in every prompt of the conversation
  std::string latest;  // as the client last sent it; updates say the difference
};

// Said behind the message with which it was first seen, and from then on repeated byte for byte.
struct LayoutUpdate {
  std::uint64_t after_links = 0;  // behind so many links
  std::string text;
};

struct ConversationLayout {
  std::uint64_t number = 0;          // among the layouts of conversations that begin alike
  std::uint64_t session = 0;         // a digest of the session id; a hint
  std::uint64_t learned_before = 0;  // lines learned later are not this conversation's business
  std::vector<std::uint64_t> links;  // one for the first turn, one for each message behind it
  std::vector<std::string> tools;    // names, in order; only appended to
  std::vector<LayoutPiece> pieces;   // in the order in which they are said
  std::vector<LayoutUpdate> updates;
};

// About how much memory it takes, and how much as bytes.
std::size_t size_of(const ConversationLayout& layout);

std::string encode_layouts(const std::vector<std::shared_ptr<const ConversationLayout>>& layouts);
// Nothing when `bytes` are not whole.
std::optional<std::vector<ConversationLayout>> decode_layouts(std::string_view bytes);

std::size_t common_links(const std::vector<std::uint64_t>& left, const std::vector<std::uint64_t>& right);

}  // namespace anyclaude
