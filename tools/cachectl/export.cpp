#include <functional>
#include <memory>
#include <vector>

#include "tools/cachectl/export_file.h"
#include "tools/cachectl/progress_bar.h"
#include "tools/cachectl/record_line.h"
#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

using Sink = std::function<Status(std::string_view)>;

struct Exported {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t expired = 0;
  // On damaged pages, damaged, of another format, or with a message that import would refuse.
  std::uint64_t unfit = 0;
};

Result<std::vector<Digest128>> selected_keys(const Session& session, const EntryFilter& filter,
                                             Exported& exported) {
  std::vector<Digest128> keys;
  const auto now_ms = session.now_ms();
  const auto unreadable = session.store.maintenance().for_each_readable([&](const EntryInfo& info) {
    if (!filter.matches(info, now_ms)) return true;
    if (info.expires_at_ms <= now_ms)
      ++exported.expired;
    else
      keys.push_back(info.key);
    return true;
  });
  if (!unreadable) return tl::unexpected(unreadable.error());
  exported.unfit += *unreadable;
  return keys;
}

Status export_one(const Session& session, const Digest128& key, const Sink& sink, Exported& exported) {
  const auto record = session.store.maintenance().inspect(key);
  if (!record && record.error().kind != ErrorKind::corrupt) return tl::unexpected(record.error());
  if (record && !*record) return {};  // gone since it was listed
  if (!record || !check_answer(**record)) {
    ++exported.unfit;
    return {};
  }
  const std::string line = record_line(**record) + '\n';
  ++exported.entries;
  exported.bytes += line.size();
  return sink(line);
}

Status export_all(const Session& session, const EntryFilter& filter, const Sink& sink, Exported& exported) {
  const auto keys = selected_keys(session, filter, exported);
  if (!keys) return tl::unexpected(keys.error());
  ProgressBar bar(session.console, session.clock, "export");
  for (std::size_t i = 0; i < keys->size(); ++i) {
    if (const Status written = export_one(session, (*keys)[i], sink, exported); !written) return written;
    bar.show({i + 1, keys->size()});
  }
  return {};
}

void print_text(std::ostream& out, const Exported& exported) {
  out << "exported " << counted(exported.entries, "entry", "entries") << ", " << human_bytes(exported.bytes)
      << '\n';
  if (exported.expired > 0) out << counted(exported.expired, "entry", "entries") << " had expired\n";
  if (exported.unfit > 0)
    out << counted(exported.unfit, "entry", "entries") << " could not be read or would be refused: "
        << "left out\n";
}

ExitCode report(const Session& session, const Exported& exported) {
  if (session.format == OutputFormat::json)
    print_json(session.console.out, {{"entries", exported.entries},
                                     {"bytes", exported.bytes},
                                     {"expired", exported.expired},
                                     {"left_out", exported.unfit}});
  else
    print_text(session.console.out, exported);
  return exported.unfit == 0 ? ExitCode::done : ExitCode::not_as_asked;
}

// The lines are all that goes to stdout; what there is to say goes to stderr.
ExitCode export_to_stdout(const Session& session, const EntryFilter& filter) {
  Exported exported;
  std::ostream& out = session.console.out;
  const Status done = export_all(
      session, filter,
      [&out](std::string_view line) -> Status {
        out.write(line.data(), static_cast<std::streamsize>(line.size()));
        if (out) return {};
        return fail(ErrorKind::io, ErrorSource::client, "The program that read the lines has gone.");
      },
      exported);
  if (!done) {
    session.console.err << "anyclaude-cachectl: " << done.error().message << '\n';
    return ExitCode::store_error;
  }
  out.flush();
  print_text(session.console.err, exported);
  return exported.unfit == 0 ? ExitCode::done : ExitCode::not_as_asked;
}

}  // namespace

ExitCode export_entries(const Session& session, const EntryFilter& filter, const std::string& file) {
  if (file == "-") return export_to_stdout(session, filter);
  const auto target = ExportFile::create(file);
  if (!target)
    return report_error(session.console, session.format, name_of(target.error().kind), target.error().message,
                        ExitCode::usage);
  Exported exported;
  Status done = export_all(
      session, filter, [&](std::string_view line) { return (*target)->write(line); }, exported);
  if (done) done = (*target)->keep();
  if (!done) return report_error(session.console, session.format, done.error());
  return report(session, exported);
}

}  // namespace anyclaude::cachectl
