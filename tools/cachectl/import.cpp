#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tools/cachectl/line_reader.h"
#include "tools/cachectl/progress_bar.h"
#include "tools/cachectl/record_line.h"
#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

// Further bad lines are counted only.
constexpr std::size_t kBadLinesNamed = 100;

struct BadLine {
  std::uint64_t number = 0;
  std::string reason;
};

struct Imported {
  std::uint64_t lines = 0;
  std::uint64_t good = 0;
  std::uint64_t added = 0;
  std::uint64_t already_there = 0;
  std::uint64_t expired = 0;
  std::uint64_t bad_lines = 0;
  std::vector<BadLine> bad;

  void refuse(std::uint64_t number, std::string reason) {
    ++bad_lines;
    if (bad.size() < kBadLinesNamed) bad.push_back({number, std::move(reason)});
  }
  void count(ImportOutcome outcome) {
    ++good;
    if (outcome == ImportOutcome::added) ++added;
    if (outcome == ImportOutcome::already_there) ++already_there;
    if (outcome == ImportOutcome::expired) ++expired;
  }
};

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

Result<StoredResponse> read_line(const InputLine& line) {
  if (line.too_long)
    return fail(ErrorKind::too_large, ErrorSource::client, "It is longer than any record can be.");
  auto response = read_record_line(line.text);
  if (!response && line.end == LineEnd::end_of_input)
    response.error().message = "The file ends in the middle of it. " + response.error().message;
  return response;
}

// An error that is not about the line: nothing more can be imported.
Status import_line(const Session& session, const ImportRequest& request, const InputLine& line,
                   Imported& imported) {
  auto response = read_line(line);
  if (!response) {
    imported.refuse(line.number, response.error().message);
    return {};
  }
  const auto now_ms = session.now_ms();
  if (request.ttl) response->expires_at_ms = now_ms + std::chrono::milliseconds(*request.ttl).count();
  if (request.mode == ImportMode::check_only) {
    ++imported.good;
    if (response->expires_at_ms <= now_ms) ++imported.expired;
    return {};
  }
  const auto outcome = session.store.maintenance().import_record(std::move(*response), request.partition);
  if (outcome) {
    imported.count(*outcome);
    return {};
  }
  const ErrorKind kind = outcome.error().kind;
  if (kind != ErrorKind::invalid_request && kind != ErrorKind::too_large)
    return tl::unexpected(outcome.error());
  imported.refuse(line.number, outcome.error().message);
  return {};
}

Status import_lines(const Session& session, const ImportRequest& request, std::istream& in,
                    std::uint64_t bytes_total, Imported& imported) {
  ProgressBar bar(session.console, session.clock, "import");
  LineReader reader(in, kRecordLineBytesMax);
  InputLine line;
  while (reader.next(line)) {
    if (!line.too_long && is_blank(line.text)) continue;
    ++imported.lines;
    if (const Status done = import_line(session, request, line, imported); !done) return done;
    bar.show({reader.bytes_read(), bytes_total});
  }
  return session.store.responses().flush();
}

void print_document(const Session& session, const ImportRequest& request, const Imported& imported) {
  auto bad = nlohmann::ordered_json::array();
  for (const BadLine& line : imported.bad) bad.push_back({{"line", line.number}, {"reason", line.reason}});
  print_json(session.console.out, {{"dry_run", request.mode == ImportMode::check_only},
                                   {"lines", imported.lines},
                                   {"good", imported.good},
                                   {"added", imported.added},
                                   {"already_there", imported.already_there},
                                   {"expired", imported.expired},
                                   {"bad_lines", imported.bad_lines},
                                   {"bad", std::move(bad)}});
}

void print_text(const Session& session, const ImportRequest& request, const Imported& imported) {
  for (const BadLine& line : imported.bad)
    session.console.err << "line " << line.number << ": " << printable(line.reason) << '\n';
  if (imported.bad_lines > imported.bad.size())
    session.console.err << "and " << counted(imported.bad_lines - imported.bad.size(), "line", "lines")
                        << " more\n";
  std::ostream& out = session.console.out;
  if (request.mode == ImportMode::check_only)
    out << "would import " << counted(imported.good - imported.expired, "entry", "entries");
  else
    out << "imported " << counted(imported.added, "entry", "entries");
  if (imported.already_there > 0) out << ", " << imported.already_there << " already there";
  if (imported.expired > 0) out << ", " << imported.expired << " expired";
  if (imported.bad_lines > 0) out << "; " << counted(imported.bad_lines, "bad line", "bad lines");
  out << '\n';
}

}  // namespace

ExitCode import_entries(const Session& session, const ImportRequest& request) {
  Imported imported;
  std::ifstream file;
  std::uint64_t bytes_total = 0;
  if (request.file != "-") {
    file.open(request.file, std::ios::binary);
    std::error_code error;
    bytes_total = std::filesystem::file_size(request.file, error);
    if (!file || error)
      return report_error(session.console, session.format, "not_found",
                          "The file " + printable(request.file) + " cannot be read.", ExitCode::usage);
  }
  std::istream& in = request.file == "-" ? session.console.in : file;
  const Status done = import_lines(session, request, in, bytes_total, imported);
  // What was imported until then stays, and is counted in the output.
  if (session.format == OutputFormat::json && done)
    print_document(session, request, imported);
  else if (session.format == OutputFormat::text)
    print_text(session, request, imported);
  if (!done) return report_error(session.console, session.format, done.error());
  return imported.bad_lines == 0 ? ExitCode::done : ExitCode::not_as_asked;
}

}  // namespace anyclaude::cachectl
