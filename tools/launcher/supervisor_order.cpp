#include "tools/launcher/supervisor_order.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"

namespace anyclaude::launcher {
namespace {

using nlohmann::json;

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string order_text(const SupervisorOrder& order) {
  json programs = json::array();
  for (const KeptProgram& program : order.programs)
    programs.push_back({{"name", program.name},
                        {"arguments", program.arguments},
                        {"environment", json(std::map<std::string, std::string>(program.environment.begin(),
                                                                                program.environment.end()))},
                        {"directory", program.directory.string()},
                        {"log", program.log.string()}});
  return text_of({{"lock", order.lock.string()}, {"programs", programs}});
}

std::optional<SupervisorOrder> parse_order(std::string_view text) {
  try {
    const json said = parse_json(text);
    SupervisorOrder order;
    order.lock = said.at("lock").get<std::string>();
    for (const json& entry : said.at("programs")) {
      KeptProgram program;
      program.name = entry.at("name").get<std::string>();
      program.arguments = entry.at("arguments").get<std::vector<std::string>>();
      for (const auto& [name, value] : entry.at("environment").items())
        program.environment[name] = value.get<std::string>();
      program.directory = entry.at("directory").get<std::string>();
      program.log = entry.at("log").get<std::string>();
      if (program.arguments.empty()) return std::nullopt;
      order.programs.push_back(std::move(program));
    }
    return order;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::string event_line(const SupervisorEvent& event) {
  return text_of({{"kind", static_cast<int>(event.kind)},
                  {"program", event.program},
                  {"number", event.number},
                  {"message", event.message}}) +
         "\n";
}

SupervisorEvent parse_event(std::string_view line) {
  const json said = parse_json(line);
  SupervisorEvent event;
  if (!said.is_object()) return event;
  const int kind = said.value("kind", static_cast<int>(SupervisorEvent::Kind::supervisor_gone));
  if (kind >= 0 && kind < static_cast<int>(SupervisorEvent::Kind::supervisor_gone))
    event.kind = static_cast<SupervisorEvent::Kind>(kind);
  event.program = said.value("program", "");
  event.number = said.value("number", 0);
  event.message = said.value("message", "");
  return event;
}

}  // namespace anyclaude::launcher
