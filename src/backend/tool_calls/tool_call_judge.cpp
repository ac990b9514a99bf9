#include "backend/tool_calls/tool_call_judge.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "backend/tool_calls/tool_call_extent.h"
#include "backend/tool_calls/tool_call_repair.h"
#include "backend/tool_calls/tool_call_spelling.h"
#include "base/text.h"
#include "messages/events/reply_json.h"
#include "messages/json/json_spans.h"
#include "messages/json/plain_json.h"

namespace anyclaude {
namespace {

using Json = nlohmann::ordered_json;
using Calls = std::vector<RescuedCall>;

// The text of the member `key` of the object that is `text`; empty when there is none. `text` is JSON.
std::string_view member_text(std::string_view text, std::string_view key) {
  std::size_t depth = 0;
  std::size_t value_begin = 0;
  std::string_view last_string;
  bool wanted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      const std::size_t begin = at + 1;
      for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\') ++at;
      if (depth == 1) last_string = text.substr(begin, at - begin);
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == ':' && depth == 1 && !wanted) {
      wanted = last_string == key;
      value_begin = at + 1;
    } else if ((c == ',' && depth == 1) || c == '}' || c == ']') {
      if (wanted && depth == 1) return text.substr(value_begin, at - value_begin);
      if (c != ',') --depth;
    }
  }
  return {};
}

// `text` is how `arguments` is spelled, when that is known.
std::optional<RescuedCall> judged(std::string_view name, const Json& arguments, std::string_view text,
                                  OfferedTools& tools) {
  const Tool* tool = tools.find(name);
  if (!tool) return std::nullopt;
  const auto fitted = tools.schema(*tool).fit(arguments);
  if (!fitted) return std::nullopt;
  if (*fitted == arguments && !text.empty())
    return RescuedCall{tool->name, std::string(trimmed(text, kTextBlanks))};
  if (!keeps_its_numbers(text)) return std::nullopt;
  return RescuedCall{tool->name, text.empty() ? fitted->dump()
                                              : fitted_text(*fitted, arguments, trimmed(text, kTextBlanks))};
}

// The one member that is called in one of the ways `is_wanted` knows; nullptr when there is none. Two leave
// no clear reading.
struct FoundMember {
  std::string key;
  const Json* value = nullptr;
  bool several = false;
};
template <typename IsWanted>
FoundMember find_member(const Json& object, IsWanted is_wanted) {
  FoundMember found;
  for (const auto& [key, value] : object.items()) {
    if (!is_wanted(key)) continue;
    found.several = found.value != nullptr;
    found.key = key;
    found.value = &value;
  }
  return found;
}

std::optional<RescuedCall> judge_object(const Json& call, std::string_view text, OfferedTools& tools) {
  if (!call.is_object()) return std::nullopt;
  for (const auto& [key, value] : call.items())
    if (!is_call_member(key)) return std::nullopt;
  const FoundMember name = find_member(call, is_name_member);
  if (!name.value || name.several) return std::nullopt;
  if (name.key == "function" && name.value->is_object())
    return judge_object(*name.value, member_text(text, name.key), tools);
  const FoundMember arguments = find_member(call, is_arguments_member);
  if (!name.value->is_string() || !arguments.value || arguments.several) return std::nullopt;
  return judged(name.value->get_ref<const std::string&>(), *arguments.value, member_text(text, arguments.key),
                tools);
}

std::optional<Calls> judge_parsed(const WrittenCall& written, const Json& value, std::string_view text,
                                  OfferedTools& tools) {
  Calls calls;
  const auto add = [&calls](std::optional<RescuedCall> call) {
    if (call) calls.push_back(std::move(*call));
    return call.has_value();
  };
  if (written.form == WrittenCall::Form::arguments) {
    if (!value.is_object() || !add(judged(written.name, value, text, tools))) return std::nullopt;
  } else if (value.is_array()) {
    const std::vector<JsonSpan> items = json_children(text, json_value_span(text));
    for (std::size_t i = 0; i < items.size(); ++i)
      if (!add(judge_object(value[i], text.substr(items[i].begin, items[i].end - items[i].begin), tools)))
        return std::nullopt;
  } else if (!add(judge_object(value, text, tools))) {
    return std::nullopt;
  }
  return calls.empty() ? std::nullopt : std::optional(std::move(calls));
}

// Every way to mend the brackets is tried: one reading must come out, or there is no telling what was meant.
std::optional<Calls> judge_repaired(const WrittenCall& written, std::string_view text, OfferedTools& tools) {
  std::optional<Calls> only;
  for (const std::string& repaired : bracket_repairs(text)) {
    const Json value = parse_ordered_json(repaired);
    if (value.is_discarded()) continue;
    auto calls = judge_parsed(written, value, repaired, tools);
    if (!calls || calls == only) continue;
    if (only) return std::nullopt;
    only = std::move(calls);
  }
  return only;
}

std::optional<Calls> judge_json(const WrittenCall& written, OfferedTools& tools) {
  const std::string_view text = written.json_text();
  const Json value = parse_ordered_json(text);
  if (!value.is_discarded()) return judge_parsed(written, value, text, tools);
  const auto respelled = plainly_respelled_json(text);
  if (!respelled) return std::nullopt;
  const Json plain = parse_ordered_json(*respelled);
  if (!plain.is_discarded()) return judge_parsed(written, plain, *respelled, tools);
  return judge_repaired(written, *respelled, tools);
}

std::optional<Calls> judge_members(const WrittenCall& written, OfferedTools& tools) {
  const Tool* tool = tools.find(written.name);
  if (!tool) return std::nullopt;
  const ToolCallSchema& schema = tools.schema(*tool);
  Json texts = Json::object();
  Json arguments = Json::object();
  for (const auto& [name, text] : written.members) {
    const std::string key(name);
    if (arguments.contains(key)) return std::nullopt;
    texts[key] = std::string(text);
    arguments[key] = schema.reading_of_text(key, text);
  }
  const auto fitted = schema.fit(std::move(arguments));
  if (!fitted) return std::nullopt;
  const std::string quoted = texts.dump(-1, ' ', false, Json::error_handler_t::replace);
  return Calls{{tool->name, fitted_text(*fitted, texts, quoted)}};
}

}  // namespace

std::optional<Calls> judge_calls(const std::vector<WrittenCall>& written, OfferedTools& tools) {
  Calls all;
  for (const WrittenCall& call : written) {
    auto calls =
        call.form == WrittenCall::Form::members ? judge_members(call, tools) : judge_json(call, tools);
    if (!calls) return std::nullopt;
    std::ranges::move(*calls, std::back_inserter(all));
  }
  return all.empty() ? std::nullopt : std::optional(std::move(all));
}

}  // namespace anyclaude
