#include "base/bounded_json.h"
#include "base/utc_time.h"
#include "tools/cachectl/found_entry.h"
#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

using nlohmann::ordered_json;

void print_text(const Session& session, const EntryInfo& info, const StoredResponse& response) {
  std::ostream& out = session.console.out;
  const auto now_ms = session.now_ms();
  TextTable facts({{"", Align::left}, {"", Align::left}});
  facts.add({"key", info.key.hex()});
  facts.add({"model", info.model});
  facts.add({"created", utc_text(info.created_at_ms, UtcForm::milliseconds) + ", " +
                            human_age(now_ms - info.created_at_ms) + " ago"});
  facts.add(
      {"expires",
       utc_text(info.expires_at_ms, UtcForm::milliseconds) +
           (info.expires_at_ms <= now_ms ? ", expired" : ", in " + human_age(info.expires_at_ms - now_ms))});
  facts.add({"last used", utc_text(info.last_used_at_ms, UtcForm::milliseconds)});
  facts.add({"hits", std::to_string(info.hits)});
  facts.add({"tokens", std::to_string(info.input_tokens) + " prompt, " + std::to_string(info.output_tokens) +
                           " answer"});
  facts.add({"generated in", std::to_string(response.generation_ms) + " ms"});
  facts.add({"size", human_bytes(info.message_bytes) + ", " + human_bytes(info.stored_bytes) + " as stored"});
  facts.add({"sha-256", response.canonical_sha256});
  facts.add({"producer", std::to_string(response.producer_revision)});
  facts.print(out);
  const auto message = parse_ordered_json(response.message_json);
  out << '\n';
  if (message.is_discarded())
    out << printable(response.message_json) << '\n';
  else
    out << message.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
}

void print_document(const Session& session, const EntryInfo& info, const StoredResponse& response) {
  ordered_json document = entry_json(info, session.now_ms());
  document["canonical_sha256"] = response.canonical_sha256;
  document["producer_revision"] = response.producer_revision;
  document["generation_ms"] = response.generation_ms;
  auto message = parse_ordered_json(response.message_json);
  document["message"] = message.is_discarded() ? ordered_json(response.message_json) : std::move(message);
  print_json(session.console.out, document);
}

}  // namespace

ExitCode inspect_entry(const Session& session, const std::string& key_prefix) {
  const auto found = find_entry(session, key_prefix);
  if (!found) return found.error();
  if (session.format == OutputFormat::json)
    print_document(session, found->info, found->response);
  else
    print_text(session, found->info, found->response);
  return ExitCode::done;
}

}  // namespace anyclaude::cachectl
