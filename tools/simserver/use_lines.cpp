#include "tools/simserver/use_lines.h"

#include <algorithm>
#include <cctype>

#include "tools/simserver/schema_answer.h"

namespace anyclaude::sim {
namespace {

constexpr std::string_view kMark = "USE ";

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

std::optional<UseLine> use_line_in(std::string_view line) {
  for (std::size_t at = line.find(kMark); at != std::string_view::npos; at = line.find(kMark, at + 1)) {
    const std::string_view rest = line.substr(at + kMark.size());
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_word);
    const auto length = static_cast<std::size_t>(end - rest.begin());
    if (length == 0 || length + 1 >= rest.size() || rest[length] != ' ') continue;
    return UseLine{std::string(rest.substr(0, length)), std::string(rest.substr(length + 1))};
  }
  return std::nullopt;
}

std::pair<std::string, std::string> cut_in_two(const std::string& text, std::string_view separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + separator.size())};
}

Json arguments_of(const UseLine& line, const OfferedTool& tool) {
  const std::string& argument = line.argument;
  if (tool.name == "Read") return {{"file_path", argument}};
  if (tool.name == "Bash") return {{"command", argument}, {"description", "run"}};
  if (tool.name == "Grep" || tool.name == "Glob") return {{"pattern", argument}};
  if (tool.name == "Write") {
    const auto [path, content] = cut_in_two(argument, " ");
    return {{"file_path", path}, {"content", content}};
  }
  if (tool.name == "Edit") {
    const auto [path, change] = cut_in_two(argument, " ");
    const auto [before, after] = cut_in_two(change, " => ");
    return {{"file_path", path}, {"old_string", before}, {"new_string", after}};
  }
  if (tool.name == "Task" || tool.name == "Agent") {
    return {{"description", "sub"}, {"prompt", argument}, {"subagent_type", "general-purpose"}};
  }
  return answer_for_schema(tool.parameters, argument);
}

const OfferedTool* tool_for(const UseLine& line, const ChatRequest& request) {
  if (const OfferedTool* tool = request.find_tool(line.tool)) return tool;
  if (line.tool == "Task") return request.find_tool("Agent");
  if (line.tool == "Agent") return request.find_tool("Task");
  return nullptr;
}

}  // namespace

std::vector<UseLine> find_use_lines(std::string_view text) {
  std::vector<UseLine> found;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (auto use = use_line_in(line)) found.push_back(std::move(*use));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return found;
}

std::optional<ToolCall> next_planned_call(const ChatRequest& request) {
  std::vector<UseLine> plan;
  std::size_t done = 0;
  for (const ChatMessage& message : request.messages) {
    if (message.speaker == Speaker::tool) ++done;
    if (message.speaker != Speaker::user) continue;
    for (const std::string& text : message.texts) {
      auto lines = find_use_lines(text);
      if (lines.empty()) continue;
      plan = std::move(lines);
      done = 0;
    }
  }
  if (done >= plan.size()) return std::nullopt;
  const OfferedTool* tool = tool_for(plan[done], request);
  if (tool == nullptr) return std::nullopt;
  return ToolCall{tool->name, spaced_json(arguments_of(plan[done], *tool))};
}

}  // namespace anyclaude::sim
