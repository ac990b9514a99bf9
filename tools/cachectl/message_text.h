// A stored message as a person reads it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace anyclaude::cachectl {

enum class PieceKind { text, thinking, tool_call, other };
std::string_view name_of(PieceKind kind);

// One block of the message. `text` is that of text and thinking; of a call its arguments, one to a line; of
// any other block its JSON.
struct MessagePiece {
  PieceKind kind = PieceKind::other;
  std::string text;
  std::string name;  // of the tool, or the block's type
  std::string id;    // of the call
};

std::vector<MessagePiece> pieces_of(const nlohmann::ordered_json& message);

// Thinking stands behind bars, calls and other blocks under a heading. Control characters become '?'.
std::string readable_text(const std::vector<MessagePiece>& pieces);

}  // namespace anyclaude::cachectl
