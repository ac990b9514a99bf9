#include <nlohmann/json.hpp>

#include "tools/cachectl/broker_link.h"
#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

// The switch itself is at once; the first word with a server may take as long as connecting does.
constexpr std::chrono::seconds kSwitchTimeMax{20};

ExitCode broker_error(const Surroundings& here, std::string_view kind, std::string_view message) {
  return report_error(here.console, here.format, kind, message, ExitCode::broker_error);
}

std::string text_at(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

ExitCode tell_mode(const Surroundings& here, const nlohmann::json& status) {
  const auto known = status.value("backends", nlohmann::json::array());
  if (here.format == OutputFormat::json) {
    print_json(here.console.out, {{"mode", text_at(status, "mode")},
                                  {"backend_url", text_at(status, "backend_url")},
                                  {"backends", known}});
    return ExitCode::done;
  }
  std::ostream& out = here.console.out;
  out << printable(text_at(status, "mode")) << " at " << printable(text_at(status, "backend_url")) << '\n';
  out << "others:";
  for (const auto& name : known)
    if (name.is_string() && name != text_at(status, "mode")) out << ' ' << printable(name.get<std::string>());
  out << '\n';
  return ExitCode::done;
}

}  // namespace

ExitCode switch_mode(const Surroundings& here, const std::string& name) {
  auto link = BrokerLink::find(here.directory);
  if (!link) return broker_error(here, name_of(link.error().kind), link.error().message);
  if (!*link)
    return broker_error(here, "unavailable",
                        "No broker runs on the store in " + here.directory +
                            "; start one in that mode: anyclaude --mode " +
                            (name.empty() ? std::string("NAME") : printable(name)));
  if (name.empty()) return tell_mode(here, (*link)->status());
  const auto said = (*link)->post("/admin/mode", {{"mode", name}}, kSwitchTimeMax);
  if (!said) return broker_error(here, name_of(said.error().kind), said.error().message);
  const std::string now = text_at(*said, "mode");
  const std::string before = text_at(*said, "was");
  if (here.format == OutputFormat::json)
    print_json(here.console.out, {{"mode", now}, {"was", before}});
  else if (now == before)
    here.console.out << "the mode is " << printable(now) << " already\n";
  else
    here.console.out << "the mode is now " << printable(now) << "; it was " << printable(before) << '\n';
  return ExitCode::done;
}

}  // namespace anyclaude::cachectl
