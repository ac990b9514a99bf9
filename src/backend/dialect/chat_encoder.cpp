#include "backend/dialect/chat_encoder.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "backend/dialect/chat_shape.h"
#include "backend/dialect/object_writer.h"

namespace anyclaude {
namespace {

class ChatBodyWriter {
 public:
  ChatBodyWriter(const MessagesRequest& request, const ChatEncoding& encoding)
      : request_(request),
        encoding_(encoding),
        policy_(encoding.profile.request),
        family_(family_of(encoding.profile, encoding.model)),
        offered_(offered_tools(request, policy_)),
        body_(out_) {}

  std::string write() {
    if (!encoding_.model.empty() && policy_.model != ModelField::omitted)
      body_.text("model", encoding_.model);
    write_messages();
    write_tools();
    write_max_tokens();
    write_sampling();
    write_response_format();
    write_thinking();
    write_begun_answer();
    const bool streams = is_streamed(request_, encoding_.profile);
    body_.json("stream", streams ? "true" : "false");
    if (streams && policy_.stream_options) body_.json("stream_options", R"({"include_usage":true})");
    for (const auto& [name, json] : policy_.extra) body_.json(name, json);
    body_.close();
    return std::move(out_);
  }

 private:
  // --- Messages ---

  void write_messages() {
    const std::vector<ChatMessage> messages = shaped_conversation(request_, encoding_.profile, family_);
    append_list(body_.member("messages"), messages, [this](const ChatMessage& m) { write_message(m); });
  }

  void write_message(const ChatMessage& message) {
    ObjectWriter object(out_);
    switch (message.role) {
      case ChatRole::system:
        object.text("role", policy_.system_role == SystemRole::developer ? "developer" : "system");
        break;
      case ChatRole::user:
        object.text("role", "user");
        break;
      case ChatRole::assistant:
        object.text("role", "assistant");
        break;
      case ChatRole::tool:
        object.text("role", "tool");
        object.text("tool_call_id", message.tool_call_id);
        break;
    }
    write_reasoning(object, message);
    write_content(object, message);
    if (!message.tool_calls.empty()) {
      append_list(object.member("tool_calls"), message.tool_calls,
                  [this](const ChatToolCall& call) { write_call(call); });
    }
    object.close();
  }

  void write_reasoning(ObjectWriter& object, const ChatMessage& message) {
    if (message.reasoning.empty()) return;
    switch (policy_.reasoning_in_history) {
      case ReasoningField::none:
        break;
      case ReasoningField::reasoning_content:
        object.text("reasoning_content", message.reasoning);
        break;
      case ReasoningField::reasoning:
        object.text("reasoning", message.reasoning);
        break;
    }
  }

  // A plain string wherever there is only text: some servers take nothing else, and templates treat the two
  // forms differently.
  void write_content(ObjectWriter& object, const ChatMessage& message) const {
    if (message.parts.empty() && !message.tool_calls.empty()) {
      if (policy_.empty_content == EmptyContent::left_out) return;
      if (policy_.empty_content == EmptyContent::null_value) return object.json("content", "null");
    }
    const bool has_image =
        std::ranges::find(message.parts, ChatPart::Kind::image_url, &ChatPart::kind) != message.parts.end();
    if (!has_image) {
      object.text("content", joined_text(message));
      return;
    }
    std::string& out = object.member("content");
    append_list(out, message.parts, [&out](const ChatPart& part) {
      ObjectWriter entry(out);
      if (part.kind == ChatPart::Kind::text) {
        entry.text("type", "text");
        entry.text("text", part.value);
      } else {
        entry.text("type", "image_url");
        entry.json("image_url", R"({"url":)" + json_string(part.value) + '}');
      }
      entry.close();
    });
  }

  // What the model said was one text until it was cut into blocks; what a person's turn holds are paragraphs.
  static std::string joined_text(const ChatMessage& message) {
    const std::string_view between = message.role == ChatRole::assistant ? "" : "\n\n";
    std::string text;
    for (const ChatPart& part : message.parts) {
      if (!text.empty()) text += between;
      text += part.value;
    }
    return text;
  }

  void write_call(const ChatToolCall& call) {
    ObjectWriter object(out_);
    object.text("id", call.id);
    object.text("type", "function");
    ObjectWriter function(object.member("function"));
    function.text("name", call.name);
    function.text("arguments", call.arguments_json);
    function.close();
    object.close();
  }

  // --- Tools ---

  void write_tools() {
    if (offered_.empty()) return;
    append_list(body_.member("tools"), offered_,
                [this](const Tool* tool) { out_ += chat_tool_json(*tool, policy_.tool_schemas); });
    if (request_.tool_choice) write_tool_choice(*request_.tool_choice);
  }

  void write_tool_choice(const ToolChoice& choice) {
    if (policy_.tool_choice != ToolChoiceSupport::none) write_demand(choice);
    if (choice.parallel == ParallelTools::forbidden && policy_.parallel_tool_calls)
      body_.json("parallel_tool_calls", "false");
  }

  void write_demand(const ToolChoice& choice) {
    switch (choice.kind) {
      case ToolChoiceKind::automatic:  // what a server does unasked
        break;
      case ToolChoiceKind::any:
        body_.text("tool_choice", "required");
        break;
      case ToolChoiceKind::none:
        body_.text("tool_choice", "none");
        break;
      case ToolChoiceKind::named:
        // A deferred tool is not in the block, so no server could be held to it by name.
        if (policy_.tool_choice == ToolChoiceSupport::words || !is_offered(choice.name)) {
          body_.text("tool_choice", "required");
        } else {
          body_.json("tool_choice",
                     R"({"type":"function","function":{"name":)" + json_string(choice.name) + "}}");
        }
        break;
    }
  }

  bool is_offered(std::string_view name) const {
    return std::ranges::any_of(offered_, [name](const Tool* tool) { return tool->name == name; });
  }

  // --- Settings ---

  void write_max_tokens() {
    const std::uint64_t tokens =
        fitting_max_tokens(request_, encoding_.context_tokens, encoding_.prompt_tokens_estimate);
    const bool newer = policy_.max_tokens == MaxTokensField::max_completion_tokens;
    body_.json(newer ? "max_completion_tokens" : "max_tokens", std::to_string(tokens));
  }

  void write_sampling() {
    const Sampling sampling = wanted_sampling(request_, encoding_.profile, family_);
    const auto number = [this](std::string_view name, const std::optional<double>& value) {
      if (value) body_.json(name, number_text(*value));
    };
    number("temperature", sampling.temperature);
    number("top_p", sampling.top_p);
    // 0 is the same as unsaid, and some servers refuse it.
    if (policy_.top_k && sampling.top_k.value_or(0) > 0) body_.json("top_k", std::to_string(*sampling.top_k));
    if (policy_.min_p) number("min_p", sampling.min_p);
    if (policy_.presence_penalty) number("presence_penalty", sampling.presence_penalty);
    if (policy_.repetition_penalty == RepetitionPenaltyField::repetition_penalty)
      number("repetition_penalty", sampling.repetition_penalty);
    if (policy_.repetition_penalty == RepetitionPenaltyField::repeat_penalty)
      number("repeat_penalty", sampling.repetition_penalty);
    if (!request_.stop_sequences.empty()) {
      append_list(body_.member("stop"), request_.stop_sequences,
                  [this](const std::string& stop) { append_json_string(out_, stop); });
    }
  }

  void write_response_format() {
    if (!request_.output.json_schema || policy_.response_format == ResponseFormat::none) return;
    body_.json("response_format",
               R"({"type":"json_schema","json_schema":{"name":"output","strict":true,"schema":)" +
                   request_.output.json_schema->text + "}}");
  }

  void write_thinking() {
    const WantedThinking wanted = wanted_thinking(request_, encoding_.profile);
    switch (policy_.thinking) {
      case ThinkingSwitch::none:
        break;
      case ThinkingSwitch::template_kwargs:
        write_template_kwargs(wanted);
        break;
      case ThinkingSwitch::reasoning_effort:
        write_reasoning_effort(wanted);
        break;
      case ThinkingSwitch::reasoning_object:
        write_reasoning_object(wanted);
        break;
    }
  }

  // The effort in the model's own words: the asked one, or the least where thinking cannot be switched off.
  std::string effort(WantedThinking wanted) const {
    if (wanted == WantedThinking::off) return nearest_effort(family_, "none");
    return nearest_effort(family_, request_.output.effort);
  }

  void write_template_kwargs(WantedThinking wanted) {
    std::string kwargs;
    ObjectWriter object(kwargs);
    if (wanted != WantedThinking::unsaid && !family_.template_switch.empty())
      object.json(family_.template_switch, wanted == WantedThinking::on ? "true" : "false");
    if (const std::string word = effort(wanted); !word.empty() && !family_.template_effort.empty())
      object.text(family_.template_effort, word);
    object.close();
    if (kwargs != "{}") body_.json("chat_template_kwargs", kwargs);
  }

  void write_reasoning_effort(WantedThinking wanted) {
    std::string word = effort(wanted);
    if (word.empty() && wanted == WantedThinking::off && family_.thinks != Thinks::always) word = "none";
    // A model that cannot think is an error to be asked to.
    if (word.empty() && wanted == WantedThinking::on && family_.thinks == Thinks::switchable) word = "medium";
    if (!word.empty()) body_.text("reasoning_effort", word);
  }

  void write_reasoning_object(WantedThinking wanted) {
    const std::string& asked = request_.output.effort;
    const std::string word =
        !family_.efforts.empty() || wanted == WantedThinking::off ? effort(wanted) : asked;
    if (!word.empty()) {
      // Of the client's words one is not known there.
      body_.json("reasoning", R"({"effort":)" + json_string(word == "max" ? "high" : word) + '}');
    } else if (wanted == WantedThinking::off && family_.thinks == Thinks::switchable) {
      body_.json("reasoning", R"({"enabled":false})");
    } else if (wanted == WantedThinking::on) {
      const auto& budget = request_.thinking.budget_tokens;
      body_.json("reasoning",
                 budget ? R"({"max_tokens":)" + std::to_string(*budget) + '}' : R"({"enabled":true})");
    }
  }

  void write_begun_answer() {
    if (policy_.begun_answer != BegunAnswer::continue_final_message || !is_begun(request_)) return;
    body_.json("add_generation_prompt", "false");
    body_.json("continue_final_message", "true");
  }

  const MessagesRequest& request_;
  const ChatEncoding& encoding_;
  const RequestPolicy& policy_;
  const ModelFamily& family_;
  const std::vector<const Tool*> offered_;
  std::string out_;
  ObjectWriter body_;
};

// A name that two tools have.
std::optional<std::string_view> repeated_name(const std::vector<Tool>& tools) {
  std::vector<std::string_view> names;
  names.reserve(tools.size());
  for (const Tool& tool : tools)
    if (!tool.name.empty()) names.push_back(tool.name);
  std::ranges::sort(names);
  const auto repeated = std::ranges::adjacent_find(names);
  return repeated == names.end() ? std::nullopt : std::optional(*repeated);
}

tl::unexpected<Error> refuse(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::client, std::move(message));
}

}  // namespace

Status check_can_be_encoded(const MessagesRequest& request) {
  // A broker refuses such a request before it looks for an answer; nothing else may encode one either.
  if (const auto repeated = repeated_name(request.tools))
    return refuse("tools: Tool names must be unique. Two tools are called '" + std::string(*repeated) + "'");
  for (const Tool& tool : request.tools) {
    if (tool.side == ToolSide::server) {
      return refuse(
          "tools: '" + tool.name + "' (" + tool.type +
          ") runs at Anthropic, which a local model server cannot do. Go on without it, or use a tool of an "
          "MCP server, or mode claude");
    }
  }
  if (!request.tool_choice || request.tool_choice->kind != ToolChoiceKind::named) return {};
  if (std::ranges::find(request.tools, request.tool_choice->name, &Tool::name) == request.tools.end()) {
    return refuse("tool_choice: Tool '" + request.tool_choice->name + "' not found in provided tools");
  }
  return {};
}

bool is_streamed(const MessagesRequest& request, const BackendProfile& profile) {
  return profile.api == Api::anthropic || profile.request.tool_replies == ToolReplies::streamed ||
         offered_tools(request, profile.request).empty();
}

Result<std::string> encode_chat_request(const MessagesRequest& request, const ChatEncoding& encoding) {
  if (const Status status = check_can_be_encoded(request); !status) return tl::unexpected(status.error());
  return ChatBodyWriter(request, encoding).write();
}

}  // namespace anyclaude
