#include "prompt/layout/side_request.h"

#include <re2/re2.h>
#include <simdjson.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/bounded_json.h"
#include "messages/json/json_document.h"
#include "prompt/layout/prompt_parts.h"
#include "prompt/rules/embedded_texts.h"
#include "prompt/rules/text_lines.h"

namespace anyclaude {
namespace {

using nlohmann::json;

constexpr std::size_t kTitleWordsMax = 7;
constexpr std::size_t kTitleBytesMax = 60;

tl::unexpected<Error> wrong(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::config, "client profiles: " + std::move(message));
}

Result<SideRequestRule> read_rule(const json& entry) {
  const auto text = [&entry](const char* key) {
    const auto found = entry.find(key);
    return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto number = [&entry](const char* key, std::size_t otherwise) {
    const auto found = entry.find(key);
    return found != entry.end() && found->is_number_unsigned() ? found->get<std::size_t>() : otherwise;
  };
  if (!entry.is_object()) return wrong("each side request is an object");
  SideRequestRule rule{text("name"),       text("kind"),          text("user_agent"),
                       number("tools", 0), number("messages", 1), {}};
  if (rule.name.empty() || rule.kind.empty() || rule.user_agent.empty())
    return wrong("a side request needs a name, a kind and a user agent");
  for (const json& field : entry.value("answer_fields", json::array()))
    if (field.is_string()) rule.answer_fields.push_back(field.get<std::string>());
  if (rule.answer_fields.empty())
    return wrong(rule.name + " names no answer fields: its shape says too little");
  std::ranges::sort(rule.answer_fields);
  return rule;
}

// The properties of the schema, sorted; nothing when the answer is not to be JSON.
std::optional<std::vector<std::string>> fields_asked_for(const MessagesRequest& request) {
  if (!request.output.json_schema) return std::nullopt;
  const auto schema = JsonDocument::parse(std::string(request.output.json_schema->meaning()));
  simdjson::dom::object properties;
  if (!schema || !schema->root().is_object() ||
      schema->root().at_key("properties").get(properties) != simdjson::SUCCESS)
    return std::nullopt;
  std::vector<std::string> names;
  for (const auto field : properties) names.emplace_back(field.key);
  std::ranges::sort(names);
  return names;
}

// What stands between <session> tags, where the client marks it so.
std::string_view session_words(std::string_view text) {
  constexpr std::string_view kOpen = "<session>";
  const std::size_t begin = text.find(kOpen);
  if (begin == text.npos) return text;
  text.remove_prefix(begin + kOpen.size());
  return text.substr(0, text.find("</session>"));
}

}  // namespace

struct SideRequestRules::Compiled {
  std::vector<SideRequestRule> rules;
  std::vector<std::unique_ptr<RE2>> user_agents;
};

SideRequestRules SideRequestRules::built_in() {
  return parse(embedded::kClientProfiles).value_or(SideRequestRules{});
}

Result<SideRequestRules> SideRequestRules::parse(std::string_view text) {
  const json root = parse_json(text, JsonComments::ignored);
  if (!root.is_object() || !root.contains("side_requests") || !root["side_requests"].is_array())
    return wrong("the file must hold an object with a list 'side_requests'");
  auto compiled = std::make_shared<Compiled>();
  for (const json& entry : root["side_requests"]) {
    auto rule = read_rule(entry);
    if (!rule) return tl::unexpected(rule.error());
    RE2::Options quiet;
    quiet.set_log_errors(false);
    auto pattern = std::make_unique<RE2>(rule->user_agent, quiet);
    if (!pattern->ok()) return wrong(rule->name + ": " + pattern->error());
    compiled->rules.push_back(std::move(*rule));
    compiled->user_agents.push_back(std::move(pattern));
  }
  SideRequestRules result;
  result.compiled_ = std::move(compiled);
  return result;
}

bool SideRequestRules::may_be_one(std::size_t tools, std::size_t messages) const {
  return compiled_ && std::ranges::any_of(compiled_->rules, [&](const SideRequestRule& rule) {
           return rule.tools == tools && rule.messages == messages;
         });
}

const SideRequestRule* SideRequestRules::recognise(std::string_view user_agent,
                                                   const MessagesRequest& request) const {
  if (!compiled_ || user_agent.empty() || !request.output.json_schema) return nullptr;
  std::optional<std::vector<std::string>> fields;
  for (std::size_t i = 0; i < compiled_->rules.size(); ++i) {
    const SideRequestRule& rule = compiled_->rules[i];
    if (request.tools.size() != rule.tools || request.messages.size() != rule.messages) continue;
    if (!RE2::PartialMatch(re2::StringPiece(user_agent.data(), user_agent.size()),
                           *compiled_->user_agents[i]))
      continue;
    if (!fields) fields = fields_asked_for(request);
    if (fields && *fields == rule.answer_fields) return &rule;
  }
  return nullptr;
}

std::string title_from_words(const MessagesRequest& request) {
  if (request.messages.empty()) return {};
  const std::string text = message_text(request.messages.back());
  std::string title;
  for (const std::string_view line : split_lines(session_words(text))) {
    if (is_blank(line)) continue;
    std::size_t words = 0;
    for (std::size_t at = line.find_first_not_of(" \t\r"); at != line.npos && words < kTitleWordsMax;
         ++words) {
      const std::size_t end = line.find_first_of(" \t\r", at);
      const std::string_view word = line.substr(at, end == line.npos ? end : end - at);
      if (title.size() + word.size() + 1 > kTitleBytesMax) return title;
      if (!title.empty()) title += ' ';
      title += word;
      at = end == line.npos ? end : line.find_first_not_of(" \t\r", end);
    }
    return title;
  }
  return title;
}

}  // namespace anyclaude
