#include "bench/kv_flows.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

namespace anyclaude::bench {
namespace {

using Json = nlohmann::ordered_json;

FlowRequest recorded(const std::string& name) {
  std::ifstream file(std::string(ANYCLAUDE_TEST_DATA) + "/recordings/" + name + ".json");
  std::ostringstream text;
  text << file.rdbuf();
  const Json recording = Json::parse(text.str());
  FlowRequest request{name, recording.at("body").dump(), {}, recording.at("body").at("tools").empty()};
  for (const Json& header : recording.at("headers"))
    if (header.at(0) == "x-claude-code-agent-id") request.agent_id = header.at(1);
  return request;
}

Flow flow_of(std::string name, const std::vector<std::string>& recordings) {
  Flow flow{std::move(name), {}};
  for (const std::string& recording : recordings) flow.requests.push_back(recorded(recording));
  return flow;
}

void rewrite(FlowRequest& request, const std::function<void(Json&)>& change) {
  Json body = Json::parse(request.body);
  change(body);
  request.body = body.dump();
}

std::string unknown_line(std::size_t number) {
  return "Build counter of the kinu: run " + std::to_string(7919 * (number + 1) % 100'003) + " of kizuvo " +
         std::string(1, static_cast<char>('a' + number % 26)) + "x";
}

void insert_behind_first_line(std::string& text, const std::string& line) {
  const std::size_t end = text.find('\n');
  text.insert(end == std::string::npos ? text.size() : end, "\n" + line);
}

void add_unknown_line(Json& body, LinePlace place, const std::string& line) {
  if (body.at("tools").empty()) return;
  switch (place) {
    case LinePlace::system_prompt: {
      std::string text = body.at("system").back().at("text");
      insert_behind_first_line(text, line);
      body.at("system").back()["text"] = text;
      return;
    }
    case LinePlace::tool_description: {
      std::string text = body.at("tools").at(1).at("description");
      insert_behind_first_line(text, line);
      body.at("tools").at(1)["description"] = text;
      return;
    }
    case LinePlace::reminder: {
      std::string text = body.at("messages").at(0).at("content").at(0).at("text");
      insert_behind_first_line(text, line);
      body.at("messages").at(0).at("content").at(0)["text"] = text;
      return;
    }
  }
}

void become_another_conversation(Json& body, int number) {
  Json& first = body.at("messages").at(0).at("content").back();
  first["text"] = first.at("text").get<std::string>() + " (" + std::to_string(number) + ")";
}

}  // namespace

Flow flow_of_21197(SideRequests side_requests) {
  Flow flow = flow_of(
      "2.1.197",
      {"same_prompt_first_session/0002", "other_prompt/0002", "continue_session/0002", "other_project/0002",
       "interactive_three_turns/0002", "interactive_three_turns/0003", "interactive_three_turns/0004",
       "interactive_three_turns/0005", "interactive_three_turns/0006", "interactive_three_turns/0007",
       "interactive_three_turns/0008", "subagent/0002", "subagent/0003", "subagent/0004"});
  if (side_requests == SideRequests::left_out)
    std::erase_if(flow.requests, [](const FlowRequest& request) { return request.is_side_request; });
  return flow;
}

Flow flow_of_latest() {
  return flow_of("latest", {"latest_print/0001", "latest_print/0002", "latest_other_project/0001",
                            "latest_interactive/0001", "latest_interactive/0002", "latest_interactive/0003",
                            "latest_interactive/0004", "latest_continue/0001"});
}

Flow with_shuffled_tools(Flow flow) {
  flow.name += ", tools shuffled";
  std::mt19937 random(197);
  for (FlowRequest& request : flow.requests)
    rewrite(request, [&random](Json& body) {
      std::vector<Json> tools = body.at("tools");
      // Not std::shuffle, whose order differs between standard libraries.
      for (std::size_t i = tools.size(); i > 1; --i) std::swap(tools[i - 1], tools[random() % i]);
      body["tools"] = tools;
    });
  return flow;
}

Flow with_late_tool(Flow flow) {
  flow.name += ", a late MCP tool";
  for (FlowRequest& request : flow.requests) {
    const bool late =
        request.name == "interactive_three_turns/0008" || request.name == "latest_interactive/0004";
    if (!late) continue;
    rewrite(request, [](Json& body) {
      Json tool = {{"name", "mcp__tracker__find"},
                   {"description", "Finds entries of the tracker by their words."},
                   {"input_schema", {{"type", "object"}, {"properties", {{"words", {{"type", "string"}}}}}}}};
      body["tools"].insert(body["tools"].begin(), tool);
    });
  }
  return flow;
}

Flow with_unknown_line(Flow flow, LinePlace place) {
  switch (place) {
    case LinePlace::system_prompt:
      flow.name += ", unknown line in the system prompt";
      break;
    case LinePlace::tool_description:
      flow.name += ", unknown line in a tool";
      break;
    case LinePlace::reminder:
      flow.name += ", unknown line in a reminder";
      break;
  }
  // The line has been sighted thrice in each text in which it stands: print mode and interactive mode differ.
  std::vector<FlowRequest> requests;
  for (const FlowRequest& request : flow.requests) {
    const bool opens =
        request.name.ends_with("/0002") || request.name.ends_with("/0001") || request.name.ends_with("/0003");
    if (request.is_side_request || !opens) continue;
    for (int i = 0; i < 3; ++i) {
      requests.push_back(request);
      requests.back().name = "warm-up";
      rewrite(requests.back(), [i](Json& body) { become_another_conversation(body, i); });
    }
  }
  requests.insert(requests.end(), flow.requests.begin(), flow.requests.end());
  flow.requests = std::move(requests);
  for (std::size_t i = 0; i < flow.requests.size(); ++i)
    rewrite(flow.requests[i], [&](Json& body) { add_unknown_line(body, place, unknown_line(i)); });
  return flow;
}

}  // namespace anyclaude::bench
