#include <algorithm>

#include "tools/cachectl/doctor_parts.h"
#include "tools/cachectl/report.h"

namespace anyclaude::cachectl {

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::fine:
      return "ok";
    case Verdict::unknown:
      return "unknown";
    case Verdict::warning:
      return "warning";
    case Verdict::problem:
      return "problem";
  }
  return "unknown";
}

std::size_t Findings::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count(list_, verdict, &Finding::verdict));
}

namespace {

void print_document(const Surroundings& here, const Findings& findings) {
  auto list = nlohmann::ordered_json::array();
  for (const Finding& finding : findings.list())
    list.push_back({{"about", finding.about}, {"verdict", name_of(finding.verdict)}, {"text", finding.text}});
  nlohmann::ordered_json document = {{"problems", findings.count(Verdict::problem)},
                                     {"warnings", findings.count(Verdict::warning)},
                                     {"findings", std::move(list)}};
  for (const auto& [name, facts] : findings.facts.items()) document[name] = facts;
  print_json(here.console.out, document);
}

void print_text(const Surroundings& here, const Findings& findings) {
  std::ostream& out = here.console.out;
  TextTable table({{"", Align::left}, {"", Align::left}, {"", Align::left}});
  for (const Finding& finding : findings.list())
    table.add({std::string(name_of(finding.verdict)), finding.about, finding.text});
  table.print(out);
  out << counted(findings.count(Verdict::problem), "problem", "problems") << ", "
      << counted(findings.count(Verdict::warning), "warning", "warnings") << '\n';
}

}  // namespace

ExitCode examine(const Surroundings& here, const ConfigFlags& flags,
                 const EnvironmentVariables& environment) {
  Findings findings;
  examine_store(here, findings);
  examine_broker(here, findings);
  examine_configuration(here, flags, environment, findings);
  if (here.format == OutputFormat::json)
    print_document(here, findings);
  else
    print_text(here, findings);
  return findings.count(Verdict::problem) == 0 ? ExitCode::done : ExitCode::not_as_asked;
}

}  // namespace anyclaude::cachectl
