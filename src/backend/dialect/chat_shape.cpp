#include "backend/dialect/chat_shape.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "backend/dialect/block_text.h"

namespace anyclaude {
namespace {

constexpr std::string_view kBetweenTexts = "\n\n";

void add_line(std::string& text, std::string_view line) {
  if (!text.empty()) text += '\n';
  text += line;
}

// What the server has no member for, in words.
std::string wishes(const MessagesRequest& request, const BackendProfile& profile) {
  const RequestPolicy& policy = profile.request;
  std::string text;
  if (request.tool_choice && !offered_tools(request, policy).empty()) {
    const ToolChoice& choice = *request.tool_choice;
    const bool is_unsaid = policy.tool_choice == ToolChoiceSupport::none;
    if (is_unsaid && choice.kind == ToolChoiceKind::any) add_line(text, "Answer with a tool call.");
    if (is_unsaid && choice.kind == ToolChoiceKind::named)
      add_line(text, "Answer with a call of the tool " + choice.name + '.');
    // llama.cpp's Anthropic endpoint reads over "none".
    if (profile.api == Api::anthropic && choice.kind == ToolChoiceKind::none)
      add_line(text, "Answer without a tool call.");
    if (!policy.parallel_tool_calls && choice.parallel == ParallelTools::forbidden)
      add_line(text, "Call at most one tool.");
  }
  const bool takes_schema =
      policy.response_format == ResponseFormat::json_schema && profile.api == Api::openai;
  if (request.output.json_schema && !takes_schema)
    add_line(text, "Answer with nothing but JSON that fits this schema: " + request.output.json_schema->text);
  return text;
}

void place_system_prompt(std::vector<ChatMessage>& turns, const RequestPolicy& policy,
                         std::string_view soft_switch) {
  if (turns.empty() || turns.front().role != ChatRole::system) {
    if (soft_switch.empty()) return;
    turns.insert(turns.begin(), {.role = ChatRole::system, .parts = {{ChatPart::Kind::text, ""}}});
  }
  std::string& text = turns.front().parts.front().value;
  if (!soft_switch.empty()) {
    if (!text.empty()) text += kBetweenTexts;
    text += soft_switch;
  }
  if (policy.system_newlines == SystemNewlines::spaces) std::ranges::replace(text, '\n', ' ');
  if (policy.system_role != SystemRole::first_user_turn) return;
  ChatPart part = std::move(turns.front().parts.front());
  turns.erase(turns.begin());
  if (turns.empty() || turns.front().role != ChatRole::user) turns.insert(turns.begin(), ChatMessage{});
  turns.front().parts.insert(turns.front().parts.begin(), std::move(part));
}

void separate_text_from_calls(std::vector<ChatMessage>& turns) {
  std::vector<ChatMessage> out;
  for (ChatMessage& turn : turns) {
    if (turn.role == ChatRole::assistant && !turn.tool_calls.empty() && !turn.parts.empty()) {
      ChatMessage text{.role = ChatRole::assistant, .parts = std::exchange(turn.parts, {})};
      text.reasoning = std::exchange(turn.reasoning, {});
      out.push_back(std::move(text));
    }
    out.push_back(std::move(turn));
  }
  turns = std::move(out);
}

// The names of an object's own members; `json` is minified.
bool has_member(std::string_view json, std::string_view name) {
  const std::string wanted = '"' + std::string(name) + "\":";
  int depth = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c != '"') continue;
    if (depth == 1 && (json[i - 1] == '{' || json[i - 1] == ',') && json.substr(i).starts_with(wanted))
      return true;
    for (++i; i < json.size() && json[i] != '"'; ++i)
      if (json[i] == '\\') ++i;
  }
  return false;
}

}  // namespace

bool is_begun(const MessagesRequest& request) {
  return !request.messages.empty() && request.messages.back().role == Role::assistant;
}

WantedThinking wanted_thinking(const MessagesRequest& request, const BackendProfile& profile) {
  const RequestPolicy& policy = profile.request;
  if (policy.begun_answer == BegunAnswer::thinking_off && is_begun(request)) return WantedThinking::off;
  if (policy.thinking_never || request.thinking.mode == ThinkingMode::disabled) return WantedThinking::off;
  return request.thinking.mode == ThinkingMode::enabled ? WantedThinking::on : WantedThinking::unsaid;
}

std::vector<const Tool*> offered_tools(const MessagesRequest& request, const RequestPolicy& policy) {
  std::vector<const Tool*> offered;
  for (const Tool& tool : request.tools)
    if (tool.loading == ToolLoading::immediate) offered.push_back(&tool);
  if (!request.tool_choice) return offered;
  const ToolChoice& choice = *request.tool_choice;
  if (policy.tool_choice == ToolChoiceSupport::none && choice.kind == ToolChoiceKind::none) return {};
  if (policy.tool_choice == ToolChoiceSupport::words && choice.kind == ToolChoiceKind::named) {
    const auto named =
        std::ranges::find_if(offered, [&](const Tool* tool) { return tool->name == choice.name; });
    if (named != offered.end()) return {*named};
  }
  return offered;
}

std::vector<ChatMessage> shaped_conversation(const MessagesRequest& request, const BackendProfile& profile,
                                             const ModelFamily& family) {
  const RequestPolicy& policy = profile.request;
  std::vector<ChatMessage> turns = to_chat_conversation(request, policy.images);
  const bool needs_soft_switch = profile.api == Api::openai && policy.thinking == ThinkingSwitch::none &&
                                 family.thinks == Thinks::switchable &&
                                 wanted_thinking(request, profile) == WantedThinking::off;
  place_system_prompt(turns, policy, needs_soft_switch ? std::string_view(family.soft_off) : "");
  if (policy.text_with_tool_calls == TextWithToolCalls::separate) separate_text_from_calls(turns);
  const std::string wished = wishes(request, profile);
  const bool can_be_said =
      !turns.empty() && (turns.back().role == ChatRole::user || turns.back().role == ChatRole::tool);
  if (!wished.empty() && can_be_said)
    turns.back().parts.push_back({ChatPart::Kind::text, as_reminder(wished)});
  return turns;
}

Sampling wanted_sampling(const MessagesRequest& request, const BackendProfile& profile,
                         const ModelFamily& family) {
  if (request.temperature || request.top_p || request.top_k) {
    return {.temperature = request.temperature, .top_p = request.top_p, .top_k = request.top_k};
  }
  Sampling sampling = family.sampling;
  const bool thinks =
      family.thinks == Thinks::always ||
      (family.thinks == Thinks::switchable && wanted_thinking(request, profile) != WantedThinking::off);
  if (!thinks) return sampling;
  const auto take = [](auto& target, const auto& said) {
    if (said) target = said;
  };
  const Sampling& thinking = family.sampling_thinking;
  take(sampling.temperature, thinking.temperature);
  take(sampling.top_p, thinking.top_p);
  take(sampling.top_k, thinking.top_k);
  take(sampling.min_p, thinking.min_p);
  take(sampling.repetition_penalty, thinking.repetition_penalty);
  take(sampling.presence_penalty, thinking.presence_penalty);
  return sampling;
}

std::string shaped_schema(const Tool& tool, ToolSchemas form) {
  const std::string& given = tool.input_schema.text;
  if (given.empty() || given == "{}") return R"({"properties":{},"type":"object"})";
  if (form == ToolSchemas::as_given || given.front() != '{') return given;
  std::string out = "{";
  if (!has_member(given, "properties")) out += R"("properties":{},)";
  if (!has_member(given, "type")) out += R"("type":"object",)";
  return out + given.substr(1);
}

std::uint64_t fitting_max_tokens(const MessagesRequest& request, std::optional<std::uint64_t> context_tokens,
                                 std::uint64_t prompt_tokens_estimate) {
  if (!context_tokens) return request.max_tokens;
  const std::uint64_t room =
      *context_tokens > prompt_tokens_estimate ? *context_tokens - prompt_tokens_estimate : 1;
  return std::min(request.max_tokens, room);
}

std::string number_text(double value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return error == std::errc() ? std::string(buffer.data(), end) : "0";
}

}  // namespace anyclaude
