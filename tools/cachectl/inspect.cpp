#include "tools/cachectl/key_lookup.h"
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
  facts.add(
      {"created", iso_time(info.created_at_ms) + ", " + human_age(now_ms - info.created_at_ms) + " ago"});
  facts.add(
      {"expires",
       iso_time(info.expires_at_ms) +
           (info.expires_at_ms <= now_ms ? ", expired" : ", in " + human_age(info.expires_at_ms - now_ms))});
  facts.add({"last used", iso_time(info.last_used_at_ms)});
  facts.add({"hits", std::to_string(info.hits)});
  facts.add({"tokens", std::to_string(info.input_tokens) + " prompt, " + std::to_string(info.output_tokens) +
                           " answer"});
  facts.add({"generated in", std::to_string(response.generation_ms) + " ms"});
  facts.add({"size", human_bytes(info.message_bytes) + ", " + human_bytes(info.stored_bytes) + " as stored"});
  facts.add({"sha-256", response.canonical_sha256});
  facts.add({"producer", std::to_string(response.producer_revision)});
  facts.print(out);
  const auto message = ordered_json::parse(response.message_json, nullptr, false);
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
  auto message = ordered_json::parse(response.message_json, nullptr, false);
  document["message"] = message.is_discarded() ? ordered_json(response.message_json) : std::move(message);
  print_json(session.console.out, document);
}

// A whole key that no listing shows may still be there, damaged.
ExitCode not_listed(const Session& session, const std::string& key_prefix) {
  std::string message = "No entry's key begins with " + key_prefix + ".";
  if (const auto key = Digest128::from_hex(key_prefix); key)
    if (const auto record = session.store.maintenance().inspect(*key); !record)
      message = record.error().message;
  return report_error(session.console, session.format, "not_found", message, ExitCode::not_as_asked);
}

}  // namespace

ExitCode inspect_entry(const Session& session, const std::string& key_prefix) {
  if (!is_key_prefix(key_prefix))
    return report_error(
        session.console, session.format, "invalid_request",
        "\"" + printable(key_prefix) + "\" is not the beginning of a key: 1 to 32 hexadecimal digits.",
        ExitCode::usage);
  const auto candidates = entries_with_prefix(session.store.maintenance(), key_prefix);
  if (!candidates) return report_error(session.console, session.format, candidates.error());
  if (candidates->empty()) return not_listed(session, key_prefix);
  if (candidates->size() > 1)
    return report_error(session.console, session.format, "invalid_request",
                        ambiguous_key(key_prefix, *candidates), ExitCode::not_as_asked);
  const EntryInfo& info = candidates->front();
  const auto response = session.store.maintenance().inspect(info.key);
  if (!response) return report_error(session.console, session.format, response.error());
  if (!*response) return not_listed(session, key_prefix);
  if (session.format == OutputFormat::json)
    print_document(session, info, **response);
  else
    print_text(session, info, **response);
  return ExitCode::done;
}

}  // namespace anyclaude::cachectl
