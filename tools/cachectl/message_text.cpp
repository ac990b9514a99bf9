#include "tools/cachectl/message_text.h"

#include <string_view>
#include <utility>

#include "tools/cachectl/report.h"

namespace anyclaude::cachectl {
namespace {

using nlohmann::ordered_json;

std::string dumped(const ordered_json& value) {
  return value.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

std::string string_at(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "name: value"; what has several lines begins on a line of its own.
std::string arguments_text(const ordered_json& block) {
  const auto input = block.find("input");
  if (input == block.end()) return {};
  if (!input->is_object()) return dumped(*input);
  std::string out;
  for (const auto& [name, value] : input->items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : dumped(value);
    if (!out.empty()) out += '\n';
    out += name + ":" + (text.find('\n') == std::string::npos ? " " : "\n") + text;
  }
  return out;
}

MessagePiece piece_of(const ordered_json& block) {
  if (!block.is_object()) return {PieceKind::other, dumped(block), "unknown", {}};
  const std::string type = string_at(block, "type");
  if (type == "text") return {PieceKind::text, string_at(block, "text"), type, {}};
  if (type == "thinking") return {PieceKind::thinking, string_at(block, "thinking"), type, {}};
  if (type == "redacted_thinking") return {PieceKind::thinking, "(redacted)", type, {}};
  if (type == "tool_use")
    return {PieceKind::tool_call, arguments_text(block), string_at(block, "name"), string_at(block, "id")};
  return {PieceKind::other, dumped(block), type, {}};
}

// Every line of `text` behind `margin`.
std::string indented(std::string_view text, std::string_view margin) {
  std::string out;
  while (true) {
    const std::size_t end = text.find('\n');
    out.append(margin).append(text.substr(0, end)).push_back('\n');
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string_view name_of(PieceKind kind) {
  switch (kind) {
    case PieceKind::text:
      return "text";
    case PieceKind::thinking:
      return "thinking";
    case PieceKind::tool_call:
      return "tool_call";
    case PieceKind::other:
      return "other";
  }
  return "other";
}

std::vector<MessagePiece> pieces_of(const ordered_json& message) {
  const auto content = message.is_object() ? message.find("content") : message.end();
  if (content == message.end()) return {{PieceKind::other, dumped(message), "unknown", {}}};
  if (content->is_string()) return {{PieceKind::text, content->get<std::string>(), "text", {}}};
  if (!content->is_array()) return {{PieceKind::other, dumped(*content), "unknown", {}}};
  std::vector<MessagePiece> pieces;
  for (const ordered_json& block : *content) pieces.push_back(piece_of(block));
  return pieces;
}

std::string readable_text(const std::vector<MessagePiece>& pieces) {
  std::string out;
  for (const MessagePiece& piece : pieces) {
    if (!out.empty()) out += '\n';
    const std::string text = printable_lines(piece.text);
    switch (piece.kind) {
      case PieceKind::text:
        out += text + '\n';
        break;
      case PieceKind::thinking:
        out += "[thinking]\n" + indented(text, "| ");
        break;
      case PieceKind::tool_call:
        out += "[tool call] " + printable(piece.name) + " (" + printable(piece.id) + ")\n";
        if (!text.empty()) out += indented(text, "  ");
        break;
      case PieceKind::other:
        out += "[" + printable(piece.name) + "]\n" + indented(text, "  ");
        break;
    }
  }
  return out;
}

}  // namespace anyclaude::cachectl
