// The one list of everything a profile file may say: name, place and meaning of each key. Reading, writing
// and the JSON schema all follow it, so they cannot disagree.
#pragma once

#include <array>
#include <string_view>

#include "backend/profile/backend_profile.h"
#include "base/choice.h"

namespace anyclaude {

// The words of each enumeration, found by the type of the argument.
constexpr auto choices(Lane) {
  return std::array{Choice{"rewritten", Lane::rewritten}, Choice{"verbatim", Lane::verbatim}};
}
constexpr auto choices(ModelField) {
  return std::array{Choice{"resolved", ModelField::resolved}, Choice{"omitted", ModelField::omitted},
                    Choice{"listed", ModelField::listed}};
}
constexpr auto choices(SystemRole) {
  return std::array{Choice{"system", SystemRole::system}, Choice{"developer", SystemRole::developer},
                    Choice{"first_user_turn", SystemRole::first_user_turn}};
}
constexpr auto choices(SystemNewlines) {
  return std::array{Choice{"kept", SystemNewlines::kept}, Choice{"spaces", SystemNewlines::spaces}};
}
constexpr auto choices(TextWithToolCalls) {
  return std::array{Choice{"together", TextWithToolCalls::together},
                    Choice{"separate", TextWithToolCalls::separate}};
}
constexpr auto choices(EmptyContent) {
  return std::array{Choice{"empty_text", EmptyContent::empty_text}, Choice{"null", EmptyContent::null_value},
                    Choice{"left_out", EmptyContent::left_out}};
}
constexpr auto choices(ImageSupport) {
  return std::array{Choice{"none", ImageSupport::none}, Choice{"base64", ImageSupport::base64},
                    Choice{"base64_and_url", ImageSupport::base64_and_url}};
}
constexpr auto choices(ToolChoiceSupport) {
  return std::array{Choice{"full", ToolChoiceSupport::full}, Choice{"words", ToolChoiceSupport::words},
                    Choice{"none", ToolChoiceSupport::none}};
}
constexpr auto choices(ResponseFormat) {
  return std::array{Choice{"json_schema", ResponseFormat::json_schema}, Choice{"none", ResponseFormat::none}};
}
constexpr auto choices(MaxTokensField) {
  return std::array{Choice{"max_tokens", MaxTokensField::max_tokens},
                    Choice{"max_completion_tokens", MaxTokensField::max_completion_tokens}};
}
constexpr auto choices(ReasoningField) {
  return std::array{Choice{"none", ReasoningField::none},
                    Choice{"reasoning_content", ReasoningField::reasoning_content},
                    Choice{"reasoning", ReasoningField::reasoning}};
}
constexpr auto choices(ToolReplies) {
  return std::array{Choice{"streamed", ToolReplies::streamed}, Choice{"whole", ToolReplies::whole}};
}
constexpr auto choices(ToolSchemas) {
  return std::array{Choice{"as_given", ToolSchemas::as_given},
                    Choice{"object_with_properties", ToolSchemas::object_with_properties}};
}
constexpr auto choices(ThinkingSwitch) {
  return std::array{Choice{"none", ThinkingSwitch::none},
                    Choice{"template_kwargs", ThinkingSwitch::template_kwargs},
                    Choice{"reasoning_effort", ThinkingSwitch::reasoning_effort},
                    Choice{"reasoning_object", ThinkingSwitch::reasoning_object}};
}
constexpr auto choices(BegunAnswer) {
  return std::array{Choice{"as_given", BegunAnswer::as_given},
                    Choice{"thinking_off", BegunAnswer::thinking_off},
                    Choice{"continue_final_message", BegunAnswer::continue_final_message}};
}
constexpr auto choices(RepetitionPenaltyField) {
  return std::array{Choice{"none", RepetitionPenaltyField::none},
                    Choice{"repetition_penalty", RepetitionPenaltyField::repetition_penalty},
                    Choice{"repeat_penalty", RepetitionPenaltyField::repeat_penalty}};
}
constexpr auto choices(CachedTokens) {
  return std::array{Choice{"reported", CachedTokens::reported}, Choice{"with_flag", CachedTokens::with_flag},
                    Choice{"never", CachedTokens::never}};
}
constexpr auto choices(HttpVersion) {
  return std::array{Choice{"1.1", HttpVersion::http_1_1}, Choice{"1.0", HttpVersion::http_1_0}};
}
constexpr auto choices(SlotReports) {
  return std::array{Choice{"none", SlotReports::none}, Choice{"llama_cpp", SlotReports::llama_cpp}};
}
constexpr auto choices(TokenCounting) {
  return std::array{Choice{"none", TokenCounting::none}, Choice{"llama_cpp", TokenCounting::llama_cpp},
                    Choice{"vllm", TokenCounting::vllm}, Choice{"anthropic", TokenCounting::anthropic}};
}
constexpr auto choices(DetailsSource) {
  return std::array{Choice{"none", DetailsSource::none}, Choice{"ollama", DetailsSource::ollama},
                    Choice{"lm_studio", DetailsSource::lm_studio}};
}
constexpr auto choices(LongPrompts) {
  return std::array{Choice{"may_be_cut", LongPrompts::may_be_cut},
                    Choice{"never_cut", LongPrompts::never_cut}};
}
constexpr auto choices(Billing) {
  return std::array{Choice{"free", Billing::free}, Choice{"paid", Billing::paid}};
}
constexpr auto choices(KeyUse) {
  return std::array{Choice{"taken", KeyUse::taken}, Choice{"ignored", KeyUse::ignored}};
}
constexpr auto choices(Thinks) {
  return std::array{Choice{"unknown", Thinks::unknown}, Choice{"never", Thinks::never},
                    Choice{"always", Thinks::always}, Choice{"switchable", Thinks::switchable}};
}

// visit_fields(visitor, object) calls visitor("key", member, "what it means") for each member. `extra`, whose
// values are any JSON, is wrapped.
struct JsonMembers {
  std::map<std::string, std::string>& texts;
};

template <typename Visitor>
void visit_fields(Visitor& field, ApiEndpoint& endpoint) {
  field("api", endpoint.api, "In whose words: OpenAI's chat completions or Anthropic's Messages.");
  field("path", endpoint.path, "What stands in front of /chat/completions or /messages.");
  field("lane", endpoint.lane, "verbatim only where the server is Anthropic's or speaks for it.");
  field("input_includes_cached", endpoint.input_includes_cached,
        "Whether an Anthropic endpoint's input_tokens hold the cached ones too.");
  field("takes_thinking", endpoint.takes_thinking,
        "Whether an Anthropic endpoint knows the member thinking.");
  field("thinking_in_history", endpoint.thinking_in_history,
        "Whether an Anthropic endpoint takes thinking blocks of earlier turns.");
}

template <typename Visitor>
void visit_fields(Visitor& field, RequestPolicy& request) {
  field("model", request.model,
        "The model's name in a request: the resolved one, none, or one of the server's own list.");
  field("system_role", request.system_role, "The role of the system prompt.");
  field("system_newlines", request.system_newlines,
        "spaces: line ends of the system prompt become spaces, for servers that trip over them.");
  field("text_with_tool_calls", request.text_with_tool_calls,
        "separate: text and tool calls of one turn go in two messages, for the server refuses one.");
  field("empty_content", request.empty_content, "The content of a message of nothing but tool calls.");
  field("images", request.images, "Images it takes; those it does not are shown to the model as a text.");
  field("tool_choice", request.tool_choice,
        "words: none, auto and required, no object that names a tool. none: it is not sent, but said in "
        "words.");
  field("parallel_tool_calls", request.parallel_tool_calls, "Whether parallel_tool_calls is sent.");
  field("response_format", request.response_format, "none: a wanted schema is described in words.");
  field("stream_options", request.stream_options, "Whether stream_options.include_usage is sent.");
  field("max_tokens", request.max_tokens, "The member that bounds the answer.");
  field("reasoning_in_history", request.reasoning_in_history,
        "The member of an assistant message in which earlier reasoning goes back.");
  field("tool_replies", request.tool_replies,
        "whole: requests with tools are not streamed, for the stream would lose the calls.");
  field("tool_schemas", request.tool_schemas,
        "object_with_properties: every tool's parameters get type object and properties.");
  field("thinking", request.thinking, "The member that switches thinking on and off.");
  field("thinking_never", request.thinking_never, "Thinking is switched off, whatever a client asks for.");
  field("begun_answer", request.begun_answer, "How it is told to go on with an answer that has begun.");
  field("top_k", request.top_k, "Whether it knows top_k.");
  field("min_p", request.min_p, "Whether it knows min_p.");
  field("presence_penalty", request.presence_penalty, "Whether it knows presence_penalty.");
  field("repetition_penalty", request.repetition_penalty, "Its name for the repetition penalty.");
  JsonMembers extra{request.extra};
  field("extra", extra, "Further members of every chat request, as they stand here.");
}

template <typename Visitor>
void visit_fields(Visitor& field, ReplyPolicy& reply) {
  field("cached_tokens", reply.cached_tokens,
        "Whether it says how much of a prompt it held already; never: unknown, whatever it says.");
  field("cached_tokens_flag", reply.cached_tokens_flag, "The flag of its command line that makes it say so.");
}

template <typename Visitor>
void visit_fields(Visitor& field, ServerPolicy& server) {
  field("concurrent_calls_max", server.concurrent_calls_max, "Calls that may run at once; 0: any number.");
  field("http", server.http, "The HTTP version of its replies.");
  field("reports", server.reports, "llama_cpp: it has /props, /slots and timings.");
  field("token_count", server.token_count, "How it counts the tokens of a prompt when asked.");
  field("models_path", server.models_path, "Where it lists its models.");
  field("model_details", server.model_details,
        "Where it says which context a model is loaded with and what the model can do: ollama, /api/ps and "
        "/api/show; lm_studio, /api/v0/models.");
  field("long_prompts", server.long_prompts,
        "may_be_cut: it may drop part of a prompt that is longer than its context and answer all the same.");
  field("context_advice", server.context_advice,
        "How a user gives it a larger context, as the end of a sentence.");
  field("billing", server.billing, "paid: each call costs money.");
  field("api_key", server.api_key,
        "ignored: it looks at no key, so a project's file gets none of yours sent there.");
}

template <typename Visitor>
void visit_fields(Visitor& field, ModelRoles& roles) {
  field("opus", roles.opus, "The model that answers when the client asks for an opus.");
  field("sonnet", roles.sonnet, "The same for a sonnet.");
  field("haiku", roles.haiku, "The same for a haiku: titles and other small requests.");
}

template <typename Visitor>
void visit_fields(Visitor& field, Sampling& sampling) {
  field("temperature", sampling.temperature, "");
  field("top_p", sampling.top_p, "");
  field("top_k", sampling.top_k, "");
  field("min_p", sampling.min_p, "");
  field("repetition_penalty", sampling.repetition_penalty, "");
  field("presence_penalty", sampling.presence_penalty, "");
}

template <typename Visitor>
void visit_fields(Visitor& field, ModelFamily& family) {
  field("match", family.match, "Patterns of model names; * stands for anything, case does not count.");
  field("sampling", family.sampling, "What its makers recommend; used where the client says nothing.");
  field("sampling_thinking", family.sampling_thinking, "The same while it thinks.");
  field("thinks", family.thinks, "Whether it thinks before it answers, and whether that can be switched.");
  field("template_switch", family.template_switch,
        "The boolean of its chat template that switches thinking.");
  field("template_effort", family.template_effort, "The text of its chat template that holds the effort.");
  field("efforts", family.efforts, "The efforts it knows, least first.");
  field("soft_off", family.soft_off, "Words at the end of the system prompt that switch thinking off.");
}

template <typename Visitor>
void visit_fields(Visitor& field, LaunchCommand& launch) {
  field("arguments", launch.arguments,
        "Program and arguments; {model}, {port} and {host} stand for what is configured.");
  field("environment", launch.environment, "Variables it is started with.");
  field("readiness_path", launch.readiness_path, "The path that answers 200 once the server is ready.");
  field("log_file", launch.log_file, "Its log, under ~/.anyclaude/logs.");
}

template <typename Visitor>
void visit_fields(Visitor& field, BackendProfile& profile) {
  field("name", profile.name, "The mode by which it is chosen.");
  field("aliases", profile.aliases, "Other names of it.");
  field("description", profile.description, "What it is, in a few words.");
  field("apis", profile.apis, "The interfaces it has; the first is spoken unless api says another.");
  field("api", profile.api, "The one of apis that is spoken.");
  field("default_base_url", profile.default_base_url,
        "Its address without /v1; empty: it has to be configured.");
  field("package_port", profile.package_port, "The port its package listens on unasked, if that is another.");
  field("request", profile.request, "What a request to it may look like.");
  field("reply", profile.reply, "What its replies say.");
  field("server", profile.server, "How it behaves.");
  field("models", profile.models, "The models that answer for Anthropic's three sizes.");
  field("model_families", profile.model_families,
        "Traits of models by name, asked before those of config/model_families.json.");
  field("launch", profile.launch, "How it is started.");
  field("notes", profile.notes, "What a user must know.");
}

}  // namespace anyclaude
