#include <algorithm>
#include <vector>

#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

// Enough to name an entry among millions, and short enough to type.
constexpr std::size_t kKeyDigitsShown = 12;

void print_text(const Session& session, const std::vector<EntryInfo>& entries) {
  TextTable table({{"KEY", Align::left},
                   {"MODEL", Align::left},
                   {"AGE", Align::right},
                   {"HITS", Align::right},
                   {"PROMPT", Align::right},
                   {"ANSWER", Align::right},
                   {"SIZE", Align::right},
                   {"", Align::left}});
  const auto now_ms = session.now_ms();
  std::uint64_t bytes = 0;
  for (const EntryInfo& info : entries) {
    bytes += info.stored_bytes;
    table.add({info.key.hex().substr(0, kKeyDigitsShown), info.model, human_age(now_ms - info.created_at_ms),
               std::to_string(info.hits), std::to_string(info.input_tokens),
               std::to_string(info.output_tokens), human_bytes(info.stored_bytes),
               info.expires_at_ms <= now_ms ? "expired" : ""});
  }
  if (!entries.empty()) table.print(session.console.out);
  session.console.out << counted(entries.size(), "entry", "entries") << ", " << human_bytes(bytes) << '\n';
}

void print_document(const Session& session, const std::vector<EntryInfo>& entries) {
  auto list = nlohmann::ordered_json::array();
  for (const EntryInfo& info : entries) list.push_back(entry_json(info, session.now_ms()));
  print_json(session.console.out, {{"entries", std::move(list)}});
}

}  // namespace

ExitCode list_entries(const Session& session) {
  std::vector<EntryInfo> entries;
  const Status walked = session.store.maintenance().for_each([&](const EntryInfo& info) {
    entries.push_back(info);
    return true;
  });
  if (!walked) return report_error(session.console, session.format, walked.error());
  std::stable_sort(entries.begin(), entries.end(), [](const EntryInfo& left, const EntryInfo& right) {
    return left.created_at_ms > right.created_at_ms;
  });
  if (session.format == OutputFormat::json)
    print_document(session, entries);
  else
    print_text(session, entries);
  return ExitCode::done;
}

}  // namespace anyclaude::cachectl
