#include "tools/simserver/script.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "base/bounded_json.h"
#include "tools/simserver/json_reading.h"
#include "tools/simserver/schema_answer.h"
#include "tools/simserver/use_lines.h"

namespace anyclaude::sim {
namespace {

constexpr std::size_t kWordsMax = 200'000;

// Numbered, so that a lost or doubled piece shows.
std::string numbered_words(std::size_t count) {
  std::string text;
  for (std::size_t i = 1; i <= std::min(count, kWordsMax); ++i) {
    if (i > 1) text += ' ';
    text += "word" + std::to_string(i);
  }
  return text;
}

std::optional<std::string> directive(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    if (at != 0 && text[at - 1] != '\n') continue;
    std::string_view value = text.substr(at + name.size());
    value = value.substr(0, value.find('\n'));
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ') || value.ends_with('\r')) value.remove_suffix(1);
    return std::string(value);
  }
  return std::nullopt;
}

std::size_t number_in(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string default_text(const PromptIdentity& prompt) {
  return "This is the simulated answer to prompt " + prompt.digest + ", which has " +
         std::to_string(prompt.tokens) + " tokens.";
}

bool system_says(const ChatRequest& request, std::string_view text) {
  return std::any_of(request.messages.begin(), request.messages.end(), [&](const ChatMessage& message) {
    return message.speaker == Speaker::system && message.text().find(text) != std::string::npos;
  });
}

std::optional<ToolCall> forced_call(const ChatRequest& request, const PromptIdentity& prompt) {
  const OfferedTool* tool = nullptr;
  if (request.tool_choice == ToolChoice::named) tool = request.find_tool(request.tool_choice_name);
  if (request.tool_choice == ToolChoice::required && !request.tools.empty()) tool = &request.tools.front();
  if (tool == nullptr) return std::nullopt;
  return ToolCall{tool->name, spaced_json(answer_for_schema(tool->parameters, "sim " + prompt.digest))};
}

Reply unscripted_reply(const ChatRequest& request, const PromptIdentity& prompt, std::string_view user_text) {
  Reply reply;
  if (const auto thinking = directive(user_text, "SIM-THINK:")) reply.thinking = *thinking;
  if (const auto text = directive(user_text, "SIM-SAY:")) {
    reply.text = *text;
  } else if (const auto words = directive(user_text, "SIM-WORDS:")) {
    reply.text = numbered_words(number_in(*words));
  } else {
    reply.text = default_text(prompt);
  }
  if (request.tool_choice == ToolChoice::none) return reply;
  auto call = next_planned_call(request);
  if (!call) call = forced_call(request, prompt);
  if (call) {
    reply.tool_calls.push_back(std::move(*call));
    reply.text.clear();
  }
  return reply;
}

Result<Reply> read_reply(const Json& json) {
  if (!json.is_object()) return refuse("\"reply\" must be an object");
  Reply reply;
  for (const auto& [name, value] : json.items()) {
    if (name == "text" && value.is_string()) {
      reply.text = value.get<std::string>();
    } else if (name == "thinking" && value.is_string()) {
      reply.thinking = value.get<std::string>();
    } else if (name == "fault" && value.is_string()) {
      reply.fault = value.get<std::string>();
    } else if (name == "words" && value.is_number_unsigned()) {
      reply.text = numbered_words(value.get<std::size_t>());
    } else if (name == "tool_calls" && value.is_array()) {
      for (const Json& call : value) {
        const Json& arguments = member_of(call, "arguments");
        reply.tool_calls.push_back({string_member(call, "name"), arguments.is_string()
                                                                     ? arguments.get<std::string>()
                                                                     : spaced_json(arguments)});
      }
    } else {
      return refuse("\"reply\" has an unknown member or a value of the wrong type: " + name);
    }
  }
  return reply;
}

Status read_match(const Json& json, ScriptRule& rule) {
  if (json.is_string()) {
    rule.user_text = json.get<std::string>();
    return {};
  }
  if (!json.is_object() && !json.is_null()) return refuse("\"match\" must be a string or an object");
  for (const auto& [name, value] : json.items()) {
    if (name == "text" && value.is_string()) {
      rule.user_text = value.get<std::string>();
    } else if (name == "system" && value.is_string()) {
      rule.system_text = value.get<std::string>();
    } else if (name == "tool_results" && value.is_number_unsigned()) {
      rule.tool_results = value.get<std::size_t>();
    } else if (name == "schema" && value.is_boolean()) {
      rule.answers_schema = value.get<bool>();
    } else {
      return refuse("\"match\" has an unknown member or a value of the wrong type: " + name);
    }
  }
  return {};
}

}  // namespace

Result<Script> Script::parse(std::string_view json) {
  const Json rules = parse_ordered_json(json);
  if (!rules.is_array()) return refuse("a script is a JSON array of rules");
  Script script;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    ScriptRule rule;
    const auto in_rule = [&](const Error& error) {
      return refuse("script rule " + std::to_string(i + 1) + ": " + error.message);
    };
    if (auto match = read_match(member_of(rules[i], "match"), rule); !match) return in_rule(match.error());
    auto reply = read_reply(member_of(rules[i], "reply"));
    if (!reply) return in_rule(reply.error());
    rule.reply = std::move(*reply);
    script.rules_.push_back(std::move(rule));
  }
  return script;
}

Result<Script> Script::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorKind::not_found, ErrorSource::config, "the script " + path + " cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return parse(text.str());
}

const Reply* Script::matching_rule(const ChatRequest& request) const {
  if (rules_.empty()) return nullptr;
  const NewestUserText newest = newest_user_text(request);
  for (const ScriptRule& rule : rules_) {
    if (request.answer_schema && !rule.answers_schema) continue;
    if (rule.tool_results && *rule.tool_results != newest.tool_results) continue;
    if (newest.text.find(rule.user_text) == std::string::npos) continue;
    if (!rule.system_text.empty() && !system_says(request, rule.system_text)) continue;
    return &rule.reply;
  }
  return nullptr;
}

Reply Script::reply_to(const ChatRequest& request, const PromptIdentity& prompt) const {
  const std::string user_text = newest_user_text(request).text;
  Reply reply;
  if (const Reply* scripted = matching_rule(request)) {
    reply = *scripted;
  } else if (request.answer_schema) {
    reply.text = json_text(answer_for_schema(*request.answer_schema, "Simulated " + prompt.digest));
  } else {
    reply = unscripted_reply(request, prompt, user_text);
  }
  if (const auto fault = directive(user_text, "SIM-FAULT:"); fault && reply.fault.empty())
    reply.fault = *fault;
  return reply;
}

}  // namespace anyclaude::sim
