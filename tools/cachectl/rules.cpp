#include <fstream>
#include <sstream>

#include "storage/store_secrets.h"
#include "tools/cachectl/prompt_source.h"
#include "tools/cachectl/prompt_verbs.h"
#include "tools/cachectl/report.h"

namespace anyclaude::cachectl {
namespace {

Result<VolatileRules> read_rules(const std::string& file) {
  if (file.empty()) return VolatileRules::built_in();
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text) return fail(ErrorKind::not_found, ErrorSource::config, "There is no file " + file + '.');
  return VolatileRules::parse(text.str());
}

std::string where(const RuleEffect& effect) {
  return std::string(name_of(effect.place)) + (effect.owner.empty() ? "" : ' ' + effect.owner);
}

// What stands in its place, as the model reads it.
std::string after(const RuleEffect& effect) {
  return effect.cut.action == RuleAction::drop ? "(dropped)"
                                               : "(said in the session facts of the first turn)";
}

ExitCode report(const Session& session, const std::vector<RuleEffect>& effects) {
  std::ostream& out = session.console.out;
  if (session.format == OutputFormat::json) {
    auto list = nlohmann::ordered_json::array();
    for (const RuleEffect& effect : effects)
      list.push_back({{"rule", effect.cut.rule},
                      {"action", name_of(effect.cut.action)},
                      {"place", name_of(effect.place)},
                      {"tool", effect.owner},
                      {"before", effect.cut.text},
                      {"after", after(effect)}});
    print_json(out, {{"effects", std::move(list)}});
    return ExitCode::done;
  }
  for (const RuleEffect& effect : effects)
    out << effect.cut.rule << " (" << name_of(effect.cut.action) << ", " << where(effect)
        << ")\n  before: " << printable(effect.cut.text) << "\n  after:  " << after(effect) << '\n';
  if (effects.empty()) out << "no rule has anything to do with this request\n";
  return ExitCode::done;
}

void print_learned(const Session& session, const std::vector<LearnedLine>& lines) {
  if (session.format == OutputFormat::json) {
    auto list = nlohmann::ordered_json::array();
    for (const LearnedLine& line : lines)
      list.push_back({{"id", line.id},
                      {"place", name_of(line.spot.place)},
                      {"tool", line.spot.owner},
                      {"begins_with", line.spot.starts_with},
                      {"sightings", line.sightings},
                      {"pinned", line.hold == LearnedLine::Hold::pinned},
                      {"example", line.example}});
    return print_json(session.console.out, {{"learned", std::move(list)}});
  }
  TextTable table({{"id"}, {"place"}, {"sightings", Align::right}, {"held"}, {"last seen as"}});
  for (const LearnedLine& line : lines)
    table.add({line.id, std::string(name_of(line.spot.place)) + ' ' + printable(line.spot.owner),
               std::to_string(line.sightings), line.hold == LearnedLine::Hold::pinned ? "pinned" : "",
               printable(line.example)});
  table.print(session.console.out);
}

}  // namespace

ExitCode test_rules(const Session& session, const std::string& file, const std::string& rules_file) {
  auto request = read_request_file(file);
  if (!request)
    return report_error(session.console, session.format, name_of(request.error().kind),
                        request.error().message, ExitCode::not_as_asked);
  auto rules = read_rules(rules_file);
  if (!rules)
    return report_error(session.console, session.format, name_of(rules.error().kind), rules.error().message,
                        ExitCode::not_as_asked);
  const auto secrets = load_or_create_secrets(session.store.states());
  if (!secrets) return report_error(session.console, session.format, secrets.error());
  PromptLayerOptions options;
  options.rules = std::move(*rules);
  PromptOrderer layer(session.store.states(), secrets->primary, std::move(options));
  return report(session, layer.order(*request, {"cachectl", {}, {}, Learning::forbidden}).effects);
}

ExitCode learned_rules(const Session& session, LearnedAction action, const std::string& id) {
  StateStore& states = session.store.states();
  std::vector<LearnedLine> lines;
  const Status read = states.for_each(kLearnedLinesTable, [&](std::string_view, std::string_view value) {
    auto line = decode_learned_line(value);
    if (line && line->id.starts_with(id)) lines.push_back(std::move(*line));
    return true;
  });
  if (!read) return report_error(session.console, session.format, read.error());
  if (action == LearnedAction::list) {
    print_learned(session, lines);
    return ExitCode::done;
  }
  if (lines.size() != 1)
    return report_error(session.console, session.format, "not_found",
                        lines.empty() ? "No learned line has that id." : "More than one id begins so.",
                        ExitCode::not_as_asked);
  lines.front().hold = LearnedLine::Hold::pinned;
  const Status done =
      action == LearnedAction::pin
          ? states.put(kLearnedLinesTable, lines.front().id, encode_learned_line(lines.front()))
          : states.erase(kLearnedLinesTable, lines.front().id).map([](bool) {});
  if (!done) return report_error(session.console, session.format, done.error());
  const char* const what = action == LearnedAction::pin ? "pinned" : "forgot";
  if (session.format == OutputFormat::json)
    print_json(session.console.out, {{what, lines.front().id}});
  else
    session.console.out << what << ' ' << lines.front().id << '\n';
  return ExitCode::done;
}

}  // namespace anyclaude::cachectl
