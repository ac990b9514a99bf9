#include <vector>

#include "base/nearest_name.h"
#include "cache/admission.h"
#include "cache/cache_status.h"
#include "prompt/trace/reread_reason.h"
#include "scheduler/circuit_breaker.h"
#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

// The reasons of one enumeration.
struct ReasonGroup {
  std::string_view kind;   // as JSON has it
  std::string_view title;  // of its section in docs/reasons.md
  std::string_view where;  // they appear
  std::vector<Reason> reasons;
};

template <typename Table>
std::vector<Reason> reasons_in(const Table& table) {
  std::vector<Reason> reasons;
  for (const auto& row : table) reasons.push_back(row.reason);
  return reasons;
}

constexpr std::string_view kWhereBypass =
    "Why a request was neither looked up in the store nor its answer kept (`x-anyclaude-cache-status:\n"
    "BYPASS`). In `detail=` of the header `Cache-Status`, on the request's line in the log, and in\n"
    "`/metrics.json` under `requests.bypass_reasons`.";
constexpr std::string_view kWhereMiss =
    "Why a request that was looked up was not answered from the store (`x-anyclaude-cache-status:\n"
    "MISS`). In `detail=` of the header `Cache-Status` (all but `not_found`), on the request's line in\n"
    "the log, and in `/metrics.json` under `requests.miss_reasons`.";
constexpr std::string_view kWhereAdmission =
    "Whether an answer was stored, and why not. The client receives the answer in any case. At the end of\n"
    "the request's line in the log, and in `/metrics.json` under `admission`.";
constexpr std::string_view kWhereFailure =
    "Why a model server gave no answer and another one may be asked. In `reason=` of the header\n"
    "`x-anyclaude-fallback`, in the log, and in `/metrics.json` under `backends.NAME.failures`.";
constexpr std::string_view kWhereReread =
    "Why the server read a prompt, or most of it, although it had read one like it. In the output of\n"
    "`anyclaude-cachectl explain` and `diff`.";

std::vector<ReasonGroup> all_groups() {
  return {
      {"bypass", "Bypass reasons", kWhereBypass, reasons_in(kBypassReasons)},
      {"miss", "Miss reasons", kWhereMiss, reasons_in(kMissReasons)},
      {"admission", "Admission verdicts", kWhereAdmission, reasons_in(kAdmissionVerdicts)},
      {"failure", "Failure reasons", kWhereFailure, reasons_in(kFailureReasons)},
      {"reread", "Reasons for reading a prompt again", kWhereReread, reasons_in(kRereadReasons)},
  };
}

// The groups with nothing but the reasons of that name; an empty name leaves all.
std::vector<ReasonGroup> groups_with(const std::string& name) {
  std::vector<ReasonGroup> groups = all_groups();
  if (name.empty()) return groups;
  for (ReasonGroup& group : groups)
    std::erase_if(group.reasons, [&name](const Reason& reason) { return reason.name != name; });
  std::erase_if(groups, [](const ReasonGroup& group) { return group.reasons.empty(); });
  return groups;
}

void print_as_json(std::ostream& out, const std::vector<ReasonGroup>& groups) {
  auto rows = nlohmann::ordered_json::array();
  for (const ReasonGroup& group : groups)
    for (const Reason& reason : group.reasons)
      rows.push_back({{"kind", group.kind},
                      {"name", reason.name},
                      {"happened", reason.happened},
                      {"remedy", reason.remedy}});
  print_json(out, {{"reasons", std::move(rows)}});
}

void print_as_text(std::ostream& out, const std::vector<ReasonGroup>& groups) {
  TextTable table({{"KIND"}, {"NAME"}, {"WHAT HAPPENED, AND WHAT TO DO"}});
  for (const ReasonGroup& group : groups)
    for (const Reason& reason : group.reasons)
      table.add({std::string(group.kind), std::string(reason.name),
                 std::string(reason.happened) + ' ' + std::string(reason.remedy)});
  table.print(out);
}

void print_as_markdown(std::ostream& out, const std::vector<ReasonGroup>& groups) {
  out << "# Reasons\n\n"
         "<!-- Written by `anyclaude-cachectl reasons --markdown`; ctest -L tidy compares. Do not edit. "
         "-->\n\n"
         "Every name that a response header, `/metrics.json`, the log or `anyclaude-cachectl explain` gives "
         "as a "
         "reason,\nwhat it means, and what to do. `anyclaude-cachectl reasons NAME` prints one of them.\n";
  for (const ReasonGroup& group : groups) {
    out << "\n## " << group.title << "\n\n"
        << group.where << "\n\n| name | what happened | what to do |\n|---|---|---|\n";
    for (const Reason& reason : group.reasons)
      out << "| `" << reason.name << "` | " << reason.happened << " | " << reason.remedy << " |\n";
  }
}

ExitCode report_unknown(const Console& console, OutputFormat format, const std::string& name) {
  std::vector<std::string> known;
  for (const ReasonGroup& group : all_groups())
    for (const Reason& reason : group.reasons) known.emplace_back(reason.name);
  return report_error(console, format, "not_found",
                      "There is no reason '" + printable(name) + "'; the nearest known one is " +
                          nearest_name(name, known) + ".",
                      ExitCode::not_as_asked);
}

}  // namespace

ExitCode show_reasons(const Console& console, OutputFormat format, const ReasonRequest& request) {
  const std::vector<ReasonGroup> groups = groups_with(request.name);
  if (groups.empty()) return report_unknown(console, format, request.name);
  if (format == OutputFormat::json)
    print_as_json(console.out, groups);
  else if (request.form == ReasonForm::markdown)
    print_as_markdown(console.out, groups);
  else
    print_as_text(console.out, groups);
  return ExitCode::done;
}

}  // namespace anyclaude::cachectl
