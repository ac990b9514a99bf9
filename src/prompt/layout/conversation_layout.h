// What a conversation's prompt began with, and the updates that corrected it since.
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

// How JSON was spelled when the conversation first said it. The texts themselves are not kept: `codes` are
// spelling_code()s, which together with the same values in a later request give the text back.
struct ToolSpelling {
  std::string name;           // of the tool
  std::uint64_t meaning = 0;  // a digest of the schema's canonical JSON
  std::uint64_t text = 0;     // a digest of the schema as spelled
  std::string code;
};
struct TurnSpelling {
  std::uint64_t link = 0;          // which link, and so which message
  std::uint64_t text = 0;          // a digest of all its JSON as spelled
  std::vector<std::string> codes;  // of each of its values that are JSON, in their order
};

struct ConversationLayout {
  std::uint64_t number = 0;          // among the layouts of conversations that begin alike
  std::uint64_t session = 0;         // a digest of the session id; a hint
  std::uint64_t learned_before = 0;  // lines learned later are not this conversation's business
  std::vector<std::uint64_t> links;  // one for the first turn, one for each message behind it
  std::vector<std::string> tools;    // names, in order; only appended to
  std::vector<LayoutPiece> pieces;   // in the order in which they are sent
  std::vector<LayoutUpdate> updates;
  std::vector<ToolSpelling> tool_spellings;
  std::vector<TurnSpelling> turn_spellings;     // ordered by link; none for a message without JSON
  std::optional<ToolSpelling> answer_spelling;  // of the schema that the answer has to fit; without a name
};

// About how much memory it takes, and how much as bytes.
std::size_t size_of(const ConversationLayout& layout);

// Layouts as the first edition wrote them, and behind them sections with what came later: a number, and the
// section's length and bytes. A reader passes over sections that it does not know; the first edition, which
// knows of none, takes the row for broken and begins its conversations anew.
std::string encode_layouts(const std::vector<std::shared_ptr<const ConversationLayout>>& layouts);
// Nothing when `bytes` are not whole. A row of the first edition gives layouts without spellings.
std::optional<std::vector<ConversationLayout>> decode_layouts(std::string_view bytes);

std::size_t common_links(const std::vector<std::uint64_t>& left, const std::vector<std::uint64_t>& right);

}  // namespace anyclaude
