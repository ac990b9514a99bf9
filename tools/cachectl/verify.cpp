#include "tools/cachectl/progress_bar.h"
#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

Result<VerifyResult> verify_with_progress(const Session& session) {
  ProgressBar bar(session.console, session.clock, "verify");
  return session.store.maintenance().verify(bar.report());
}

void print_faults(std::ostream& out, const VerifyResult& result) {
  for (const std::string& fault : result.file_faults) out << "damaged file: " << fault << '\n';
  if (result.file_faults.empty()) return;
  out << counted(result.unreadable, "entry", "entries")
      << " could not be read. export saves those that can; a broker sets the file aside when it starts, or "
         "when it "
         "meets the damage, and goes on with an empty one\n";
}

}  // namespace

ExitCode verify_store(const Session& session) {
  const auto result = verify_with_progress(session);
  if (!result) return report_error(session.console, session.format, result.error());
  std::ostream& out = session.console.out;
  if (session.format == OutputFormat::json) {
    auto damaged = nlohmann::ordered_json::array();
    for (const Digest128& key : result->damaged) damaged.push_back(key.hex());
    print_json(out, {{"checked", result->checked},
                     {"damaged", std::move(damaged)},
                     {"foreign_version", result->foreign_version},
                     {"file_faults", result->file_faults},
                     {"unreadable", result->unreadable}});
  } else {
    out << "checked " << counted(result->checked, "record", "records") << ": "
        << (result->damaged.empty() ? std::string("none damaged")
                                    : std::to_string(result->damaged.size()) + " damaged")
        << '\n';
    if (result->foreign_version > 0)
      out << counted(result->foreign_version, "record", "records")
          << " of another format version, which are ignored and go when they expire\n";
    for (const Digest128& key : result->damaged) out << "damaged " << key.hex() << '\n';
    print_faults(out, *result);
  }
  const bool is_sound = result->damaged.empty() && result->file_faults.empty();
  return is_sound ? ExitCode::done : ExitCode::not_as_asked;
}

}  // namespace anyclaude::cachectl
