#include <nlohmann/json.hpp>

#include "tools/cachectl/broker_link.h"
#include "tools/cachectl/open_store.h"
#include "tools/cachectl/progress_bar.h"
#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

// Writing anew what a full store of the usual size holds takes seconds; a slow disk may take minutes.
constexpr std::chrono::minutes kCompactTimeMax{15};

enum class Compactor { broker, this_program };

ExitCode report(const Surroundings& here, const CompactResult& result, Compactor by) {
  std::ostream& out = here.console.out;
  if (here.format == OutputFormat::json) {
    print_json(out, {{"bytes_before", result.bytes_before},
                     {"bytes_after", result.bytes_after},
                     {"entries", result.entries},
                     {"generation", result.generation},
                     {"by", by == Compactor::broker ? "broker" : "cachectl"}});
    return ExitCode::done;
  }
  out << "compacted " << human_bytes(result.bytes_before) << " to " << human_bytes(result.bytes_after) << ", "
      << counted(result.entries, "entry", "entries");
  if (by == Compactor::broker) out << ", by the broker that runs";
  out << '\n';
  return ExitCode::done;
}

std::uint64_t number_at(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

ExitCode compact_through(const Surroundings& here, BrokerLink& link) {
  if (here.console.messages == MessageOutput::terminal)
    here.console.err << "the broker (process " << link.broker().pid << ") compacts the store ...\n";
  const auto said = link.post("/admin/compact", nlohmann::json::object(), kCompactTimeMax);
  if (!said)
    return report_error(here.console, here.format, name_of(said.error().kind), said.error().message,
                        ExitCode::broker_error);
  return report(here,
                {.bytes_before = number_at(*said, "bytes_before"),
                 .bytes_after = number_at(*said, "bytes_after"),
                 .entries = number_at(*said, "entries"),
                 .generation = number_at(*said, "generation")},
                Compactor::broker);
}

Result<CompactResult> compact_alone(const Surroundings& here) {
  const auto store = open_store(here);
  if (!store) return tl::unexpected(store.error());
  ProgressBar bar(here.console, here.clock, "compact");
  return (*store)->maintenance().compact(bar.report());
}

}  // namespace

ExitCode compact_store(const Surroundings& here) {
  auto link = BrokerLink::find(here.directory);
  if (!link)
    return report_error(here.console, here.format, name_of(link.error().kind), link.error().message,
                        ExitCode::broker_error);
  if (*link) return compact_through(here, **link);
  const auto result = compact_alone(here);
  if (!result) return report_error(here.console, here.format, result.error());
  return report(here, *result, Compactor::this_program);
}

}  // namespace anyclaude::cachectl
