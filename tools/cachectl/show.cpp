#include "base/bounded_json.h"
#include "tools/cachectl/found_entry.h"
#include "tools/cachectl/message_text.h"
#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

using nlohmann::ordered_json;

std::string stop_reason_of(const ordered_json& message) {
  return message.is_object() && message.contains("stop_reason") && message["stop_reason"].is_string()
             ? message["stop_reason"].get<std::string>()
             : std::string();
}

void print_document(const Session& session, const FoundEntry& found, const std::string& stop_reason,
                    const std::vector<MessagePiece>& pieces) {
  auto blocks = ordered_json::array();
  for (const MessagePiece& piece : pieces) {
    ordered_json block = {{"kind", name_of(piece.kind)}, {"name", piece.name}, {"text", piece.text}};
    if (piece.kind == PieceKind::tool_call) block["id"] = piece.id;
    blocks.push_back(std::move(block));
  }
  print_json(session.console.out, {{"key", found.info.key.hex()},
                                   {"model", found.info.model},
                                   {"stop_reason", stop_reason},
                                   {"blocks", std::move(blocks)}});
}

}  // namespace

ExitCode show_message(const Session& session, const std::string& key_prefix) {
  const auto found = key_prefix.empty() ? find_last_entry(session) : find_entry(session, key_prefix);
  if (!found) return found.error();
  const auto message = parse_ordered_json(found->response.message_json);
  const auto pieces =
      message.is_discarded()
          ? std::vector<MessagePiece>{{PieceKind::other, found->response.message_json, "not a message", {}}}
          : pieces_of(message);
  const std::string stop_reason = stop_reason_of(message);
  if (session.format == OutputFormat::json) {
    print_document(session, *found, stop_reason, pieces);
    return ExitCode::done;
  }
  std::ostream& out = session.console.out;
  out << readable_text(pieces);
  if (!stop_reason.empty() && stop_reason != "end_turn" && stop_reason != "tool_use")
    out << "\n[ended: " << printable(stop_reason) << "]\n";
  return ExitCode::done;
}

}  // namespace anyclaude::cachectl
