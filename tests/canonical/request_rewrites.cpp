#include "tests/canonical/request_rewrites.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/json_text.h"

namespace anyclaude {
namespace {

const RE2 kWholeAttribution(
    R"(x-anthropic-billing-header: cc_version=\d+\.\d+\.\d+(\.[0-9a-f]{3})?; cc_entrypoint=[a-z0-9_-]{1,40};)"
    R"(( cch=[0-9a-f]{5};| cc_is_subagent=true;| cc_workload=cron;)*\n?)");
const char* const kAttribution = "x-anthropic-billing-header: cc_version=2.1.197.";

void toggle_cache_control(Json& object, Random& random) {
  if (random.coin()) object.erase("cache_control");
  if (random.rarely()) object["cache_control"] = {{"type", "ephemeral"}, {"ttl", random.word()}};
}

bool is_plain_text_block(const Json& block) {
  return block.is_object() && block.size() == 2 && block.value("type", "") == "text" &&
         block.contains("text");
}

void swap_content_spelling(Json& content, Random& random) {
  if (!random.coin()) return;
  if (content.is_string()) {
    content = Json::array({{{"type", "text"}, {"text", content}}});
  } else if (content.is_array() && content.size() == 1 && is_plain_text_block(content[0])) {
    Json text = content[0]["text"];
    content = std::move(text);
  }
}

void rewrite_content(Json& content, Random& random);

void rewrite_block(Json& block, Random& random) {
  toggle_cache_control(block, random);
  if (block["type"] == "tool_result") {
    if (block.contains("content")) rewrite_content(block["content"], random);
    if (!block.contains("is_error") && random.coin()) block["is_error"] = false;
    if (block.value("is_error", true) == false && random.coin()) block.erase("is_error");
  }
  if (block.contains("source") && block["source"].value("type", "") == "content")
    for (Json& inner : block["source"]["content"])
      if (inner.contains("type") && inner["type"] == "text") toggle_cache_control(inner, random);
}

void rewrite_content(Json& content, Random& random) {
  if (content.is_array())
    for (Json& block : content) rewrite_block(block, random);
  swap_content_spelling(content, random);
}

void rewrite_attribution(Json& request, Random& random) {
  if (!request.contains("system")) request["system"] = Json::array();
  Json& system = request["system"];
  if (system.is_string()) system = Json::array({{{"type", "text"}, {"text", system}}});
  for (std::size_t i = system.size(); i > 0; --i)
    if (system[i - 1]["text"].get<std::string>().starts_with(kAttribution)) system.erase(i - 1);
  if (random.coin())
    system.insert(system.begin(),
                  Json::object({{"type", "text"},
                                {"text", kAttribution + std::to_string(100 + random.below(900)) +
                                             "; cc_entrypoint=cli;"}}));
  if (system.empty() && random.coin()) {
    request.erase("system");
  } else {
    rewrite_content(system, random);
  }
}

void rename_tool_ids(Json& value, const std::map<std::string, std::string>& names) {
  for (const char* member : {"id", "tool_use_id"}) {
    const char* const type = std::string(member) == "id" ? "tool_use" : "tool_result";
    if (value.value("type", "") == type && value.contains(member))
      value[member] = names.at(value[member].get<std::string>());
  }
}

template <typename Visit>
void for_each_block(Json& request, Visit&& visit) {
  for (Json& message : request["messages"])
    if (message["content"].is_array())
      for (Json& block : message["content"]) {
        visit(block);
        if (block["type"] == "tool_result" && block.contains("content") && block["content"].is_array())
          for (Json& inner : block["content"]) visit(inner);
      }
}

void rename_all_tool_ids(Json& request, Random& random) {
  std::map<std::string, std::string> names;
  for_each_block(request, [&names](const Json& block) {
    if (block["type"] == "tool_use") names[block["id"]];
    if (block["type"] == "tool_result") names[block["tool_use_id"]];
  });
  std::vector<std::string> fresh(names.size());
  for (std::size_t i = 0; i < fresh.size(); ++i) fresh[i] = "call_" + std::to_string(i);
  for (std::size_t i = fresh.size(); i > 1; --i) std::swap(fresh[i - 1], fresh[random.below(i)]);
  for (auto& [old_name, name] : names) {
    name = fresh.back();
    fresh.pop_back();
  }
  for_each_block(request, [&names](Json& block) { rename_tool_ids(block, names); });
}

void mutate_container(Json& value, Random& random) {
  if (value.is_object()) {
    if (!value.empty() && random.coin()) {
      auto victim = value.begin();
      std::advance(victim, random.below(value.size()));
      value.erase(victim);
    } else {
      static constexpr std::array<const char*, 6> kNames = {"is_error",  "cache_control", "extra",
                                                            "signature", "title",         "stream"};
      value[kNames[random.below(kNames.size())]] = random.coin() ? Json(random.word()) : Json(random.coin());
    }
  } else if (!value.empty() && random.coin()) {
    value.erase(random.below(value.size()));
  } else if (value.size() > 1 && random.coin()) {
    std::swap(value[0], value[1 + random.below(value.size() - 1)]);
  } else {
    value.push_back(value.empty() ? Json(random.word()) : Json(value[random.below(value.size())]));
  }
}

nlohmann::json reference_content(const nlohmann::json& content);

nlohmann::json reference_block(nlohmann::json block) {
  block.erase("cache_control");
  const nlohmann::json type = block["type"];
  if (type == "tool_result") {
    if (block.contains("is_error") && block["is_error"] == false) block.erase("is_error");
    if (block.contains("content")) block["content"] = reference_content(block["content"]);
  }
  if ((type == "image" || type == "document") && block.contains("source") &&
      block["source"].contains("content") && block["source"]["content"].is_array())
    for (nlohmann::json& inner : block["source"]["content"])
      if (inner.is_object()) inner.erase("cache_control");
  return block;
}

nlohmann::json reference_content(const nlohmann::json& content) {
  if (content.is_string()) return nlohmann::json::array({{{"type", "text"}, {"text", content}}});
  nlohmann::json blocks = content;
  if (blocks.is_array())
    for (nlohmann::json& block : blocks) block = reference_block(block);
  return blocks;
}

// Numbers tool ids as the encoders may: by first appearance.
class Meaning {
 public:
  std::string of(const MessagesRequest& request) {
    const auto& [model, system, messages, tools, tool_choice, max_tokens, temperature, top_p, top_k,
                 stop_sequences, thinking, output, delivery, unknown_fields] = request;
    add("model", model);
    for (const TextBlock& block : system) add("system", block.text);
    for (const Message& message : messages) {
      add("role", std::to_string(static_cast<int>(message.role)));
      add_content(message.content);
    }
    add_tools(tools);
    if (tool_choice) {
      const auto& [kind, name, parallel] = *tool_choice;
      add("choice",
          std::to_string(static_cast<int>(kind)) + name + std::to_string(static_cast<int>(parallel)));
    }
    add("max_tokens", std::to_string(max_tokens));
    if (temperature) add("temperature", std::to_string(*temperature));
    if (top_p) add("top_p", std::to_string(*top_p));
    if (top_k) add("top_k", std::to_string(*top_k));
    for (const std::string& sequence : stop_sequences) add("stop", sequence);
    add("thinking", std::to_string(static_cast<int>(thinking.mode)));
    if (thinking.budget_tokens) add("budget", std::to_string(*thinking.budget_tokens));
    add("effort", output.effort);
    if (output.json_schema) add("schema", std::string(output.json_schema->meaning()));
    static_cast<void>(delivery);
    static_cast<void>(unknown_fields);
    return std::move(out_);
  }

 private:
  void add(const std::string& name, const std::string& value) {
    out_ += name + "=" + json_string(value) + "\n";
  }

  // Which of the definitions come first is the layout's business.
  void add_tools(const std::vector<Tool>& tools) {
    std::vector<std::string> all;
    for (const auto& [name, description, input_schema, loading, side, type] : tools)
      all.push_back(name + '\n' + description + '\n' + std::string(input_schema.meaning()) + type +
                    std::to_string(static_cast<int>(loading)) + std::to_string(static_cast<int>(side)));
    std::sort(all.begin(), all.end());
    for (const std::string& tool : all) add("tool", tool);
  }

  void add_content(const std::vector<ContentBlock>& content) {
    out_ += "[\n";
    for (const ContentBlock& block : content)
      std::visit([this](const auto& value) { add_block(value); }, block.value);
    out_ += "]\n";
  }

  void add_block(const TextBlock& block) { add("text", block.text); }
  void add_block(const ImageBlock& block) {
    const auto& [source, media_type, data, other] = block;
    add("image", std::to_string(static_cast<int>(source)) + media_type + " " + data);
    add("source", std::string(other.meaning()));
  }
  void add_block(const DocumentBlock& block) {
    const auto& [source, media_type, data, title, context, other] = block;
    add("document", std::to_string(static_cast<int>(source)) + media_type + " " + data);
    add("source", std::string(other.meaning()));
    add("title", title);
    add("context", context);
  }
  void add_block(const ToolUseBlock& block) {
    const auto& [id, name, input] = block;
    add("call", number_of(id));
    add("name", name);
    add("input", std::string(input.meaning()));
  }
  void add_block(const ToolResultBlock& block) {
    const auto& [tool_use_id, content, outcome] = block;
    add("result", number_of(tool_use_id));
    add("outcome", std::to_string(static_cast<int>(outcome)));
    add_content(content);
  }
  void add_block(const ThinkingBlock& block) { add("thinking", block.thinking); }
  void add_block(const RedactedThinkingBlock& block) { add("redacted", block.data); }
  void add_block(const ToolReferenceBlock& block) { add("reference", block.tool_name); }
  void add_block(const UnknownBlock& block) {
    add("unknown " + block.type, std::string(block.json.meaning()));
  }

  std::string number_of(const std::string& id) {
    return std::to_string(numbers_.try_emplace(id, numbers_.size()).first->second);
  }

  std::map<std::string, std::size_t> numbers_;
  std::string out_;
};

}  // namespace

void rewrite_for_both_lanes(Json& request, Random& random) {
  toggle_cache_control(request, random);
  request.erase("metadata");
  if (random.coin()) request["metadata"] = {{"user_id", random.word()}};
  request.erase("stream");
  if (random.coin()) request["stream"] = random.coin();
  rewrite_attribution(request, random);
  if (request.contains("tools"))
    for (Json& tool : request["tools"]) toggle_cache_control(tool, random);
  for (Json& message : request["messages"]) rewrite_content(message["content"], random);
}

void rewrite_for_rewritten_lane(Json& request, Random& random) {
  rename_all_tool_ids(request, random);
  for_each_block(request, [&random](Json& block) {
    if (block["type"] == "thinking") block["signature"] = random.word();
    if (block["type"] == "text" && random.rarely()) block["citations"] = Json::array({random.word()});
  });
  if (request.contains("tools")) {
    Json& tools = request["tools"];
    for (std::size_t i = tools.size(); i > 1; --i) std::swap(tools[i - 1], tools[random.below(i)]);
  }
  if (request.contains("thinking") && request["thinking"].is_object()) {
    request["thinking"].erase("display");
    if (random.coin()) request["thinking"]["display"] = random.word();
  }
  for (const char* field :
       {"safeguards", "context_management", "service_tier", "inference_geo", "brand_new"}) {
    request.erase(field);
    if (random.coin()) request[field] = random.word();
  }
}

std::vector<Json::json_pointer> all_places(const Json& value,
                                           const Json::json_pointer& here = Json::json_pointer()) {
  std::vector<Json::json_pointer> places = {here};
  const auto add = [&places](std::vector<Json::json_pointer> more) {
    places.insert(places.end(), more.begin(), more.end());
  };
  if (value.is_object())
    for (const auto& [key, member] : value.items()) add(all_places(member, here / key));
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i) add(all_places(value[i], here / i));
  return places;
}

void mutate_leaf(Json& value, Random& random) {
  if (value.is_string()) {
    std::string text = value.get<std::string>();
    random.coin() ? text += "." : text.insert(0, "_");
    value = text;
  } else if (value.is_boolean()) {
    value = !value.get<bool>();
  } else if (value.is_number_integer()) {
    value = value.get<std::int64_t>() + 1;
  } else if (value.is_number()) {
    value = value.get<double>() + 0.5;
  } else {
    value = 0;
  }
}

void mutate(Json& request, Random& random) {
  const auto places = all_places(request, Json::json_pointer());
  Json& value = request[places[random.below(places.size())]];
  value.is_structured() ? mutate_container(value, random) : mutate_leaf(value, random);
}

nlohmann::json verbatim_reference_form(const Json& request) {
  nlohmann::json form = nlohmann::json::parse(request.dump());
  for (const char* field : {"metadata", "stream", "cache_control"}) form.erase(field);
  if (form.contains("tools") && form["tools"].is_array())
    for (nlohmann::json& tool : form["tools"]) tool.erase("cache_control");
  for (nlohmann::json& message : form["messages"])
    if (message.contains("content")) message["content"] = reference_content(message["content"]);
  if (!form.contains("system") || form["system"].is_null()) return form;
  nlohmann::json system = nlohmann::json::array();
  for (nlohmann::json& block : reference_content(form["system"]))
    if (block.size() != 2 || block.value("type", "") != "text" ||
        !RE2::FullMatch(block.value("text", ""), kWholeAttribution))
      system.push_back(std::move(block));
  form.erase("system");
  if (!system.empty()) form["system"] = std::move(system);
  return form;
}

std::string meaning_of(const MessagesRequest& request) {
  return Meaning().of(request);
}

}  // namespace anyclaude
