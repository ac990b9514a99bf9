#include <algorithm>
#include <limits>
#include <map>

#include "base/utc_time.h"
#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

struct Sums {
  std::uint64_t entries = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t hits = 0;
  // Of what was answered from the store; entries whose counts are unknown add nothing.
  std::uint64_t input_tokens_saved = 0;
  std::uint64_t output_tokens_saved = 0;

  void add(const EntryInfo& info) {
    ++entries;
    stored_bytes += info.stored_bytes;
    hits += info.hits;
    input_tokens_saved += info.hits * info.input_tokens;
    output_tokens_saved += info.hits * info.output_tokens;
  }
};

struct Overview {
  Sums all;
  std::map<std::string, Sums> by_model;
  std::uint64_t expired = 0;
  std::int64_t oldest_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t newest_ms = std::numeric_limits<std::int64_t>::min();

  void add(const EntryInfo& info, std::int64_t now_ms) {
    all.add(info);
    by_model[info.model].add(info);
    if (info.expires_at_ms <= now_ms) ++expired;
    oldest_ms = std::min(oldest_ms, info.created_at_ms);
    newest_ms = std::max(newest_ms, info.created_at_ms);
  }
};

void print_text(const Session& session, const StoreStats& stats, const Overview& overview) {
  std::ostream& out = session.console.out;
  const bool empty = overview.all.entries == 0;
  TextTable facts({{"", Align::left}, {"", Align::left}});
  facts.add({"store", session.directory});
  facts.add({"entries", std::to_string(stats.entries)});
  facts.add({"expired", std::to_string(overview.expired)});
  facts.add({"imported", std::to_string(stats.imports) + " not yet asked for"});
  facts.add({"live bytes", human_bytes(stats.record_bytes) + " of at most " + human_bytes(stats.bytes_max)});
  facts.add({"file", human_bytes(stats.file_bytes) + ", " + human_bytes(stats.used_bytes) + " of it in use"});
  facts.add({"hits", std::to_string(overview.all.hits)});
  facts.add({"tokens saved", std::to_string(overview.all.input_tokens_saved) + " prompt, " +
                                 std::to_string(overview.all.output_tokens_saved) + " answer"});
  facts.add({"oldest", empty ? "-" : human_age(session.now_ms() - overview.oldest_ms)});
  facts.add({"newest", empty ? "-" : human_age(session.now_ms() - overview.newest_ms)});
  facts.print(out);
  if (empty) return;
  out << '\n';
  TextTable models(
      {{"MODEL", Align::left}, {"ENTRIES", Align::right}, {"HITS", Align::right}, {"SIZE", Align::right}});
  for (const auto& [model, sums] : overview.by_model)
    models.add(
        {model, std::to_string(sums.entries), std::to_string(sums.hits), human_bytes(sums.stored_bytes)});
  models.print(out);
}

void print_document(const Session& session, const StoreStats& stats, const Overview& overview) {
  auto models = nlohmann::ordered_json::array();
  for (const auto& [model, sums] : overview.by_model)
    models.push_back({{"model", model},
                      {"entries", sums.entries},
                      {"stored_bytes", sums.stored_bytes},
                      {"hits", sums.hits}});
  nlohmann::ordered_json document{{"store", session.directory},
                                  {"entries", stats.entries},
                                  {"expired_entries", overview.expired},
                                  {"record_bytes", stats.record_bytes},
                                  {"bytes_max", stats.bytes_max},
                                  {"used_bytes", stats.used_bytes},
                                  {"file_bytes", stats.file_bytes},
                                  {"imported_entries", stats.imports},
                                  {"generation", stats.generation},
                                  {"hits", overview.all.hits},
                                  {"input_tokens_saved", overview.all.input_tokens_saved},
                                  {"output_tokens_saved", overview.all.output_tokens_saved},
                                  {"oldest_at", nullptr},
                                  {"newest_at", nullptr},
                                  {"models", std::move(models)}};
  if (overview.all.entries > 0) {
    document["oldest_at"] = utc_text(overview.oldest_ms, UtcForm::milliseconds);
    document["newest_at"] = utc_text(overview.newest_ms, UtcForm::milliseconds);
  }
  print_json(session.console.out, document);
}

}  // namespace

ExitCode show_stats(const Session& session) {
  Overview overview;
  const Status walked = session.store.maintenance().for_each([&](const EntryInfo& info) {
    overview.add(info, session.now_ms());
    return true;
  });
  if (!walked) return report_error(session.console, session.format, walked.error());
  const auto stats = session.store.responses().stats();
  if (!stats) return report_error(session.console, session.format, stats.error());
  if (session.format == OutputFormat::json)
    print_document(session, *stats, overview);
  else
    print_text(session, *stats, overview);
  return ExitCode::done;
}

}  // namespace anyclaude::cachectl
