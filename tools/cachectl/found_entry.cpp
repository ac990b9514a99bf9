#include "tools/cachectl/found_entry.h"

#include <optional>
#include <utility>

#include "tools/cachectl/key_lookup.h"
#include "tools/cachectl/report.h"

namespace anyclaude::cachectl {
namespace {

using Found = tl::expected<FoundEntry, ExitCode>;

tl::unexpected<ExitCode> refuse(const Session& session, std::string_view kind, std::string_view message,
                                ExitCode code) {
  return tl::unexpected(report_error(session.console, session.format, kind, message, code));
}

// A whole key that no listing shows may still be there, damaged.
Found not_listed(const Session& session, const std::string& key_prefix) {
  std::string message = "No entry's key begins with " + key_prefix + ".";
  if (const auto key = Digest128::from_hex(key_prefix); key)
    if (const auto record = session.store.maintenance().inspect(*key); !record)
      message = record.error().message;
  return refuse(session, "not_found", message, ExitCode::not_as_asked);
}

Found with_record(const Session& session, const EntryInfo& info) {
  auto response = session.store.maintenance().inspect(info.key);
  if (!response && response.error().kind == ErrorKind::corrupt)
    return refuse(session, name_of(response.error().kind), response.error().message, ExitCode::not_as_asked);
  if (!response) return tl::unexpected(report_error(session.console, session.format, response.error()));
  if (!*response) return not_listed(session, info.key.hex());
  return FoundEntry{info, std::move(**response)};
}

}  // namespace

Found find_entry(const Session& session, const std::string& key_prefix) {
  if (!is_key_prefix(key_prefix))
    return refuse(
        session, "invalid_request",
        "\"" + printable(key_prefix) + "\" is not the beginning of a key: 1 to 32 hexadecimal digits.",
        ExitCode::usage);
  const auto candidates = entries_with_prefix(session.store.maintenance(), key_prefix);
  if (!candidates) return tl::unexpected(report_error(session.console, session.format, candidates.error()));
  if (candidates->empty()) return not_listed(session, key_prefix);
  if (candidates->size() > 1)
    return refuse(session, "invalid_request", ambiguous_key(key_prefix, *candidates), ExitCode::not_as_asked);
  return with_record(session, candidates->front());
}

Found find_last_entry(const Session& session) {
  const auto last = last_entry(session.store.maintenance(), [](const EntryInfo&) { return true; });
  if (!last) return tl::unexpected(report_error(session.console, session.format, last.error()));
  if (!*last) return refuse(session, "not_found", "The store holds no entry.", ExitCode::not_as_asked);
  return with_record(session, **last);
}

}  // namespace anyclaude::cachectl
