// What is peculiar about each kind of model server, as data: config/backends/*.json, read by
// profile_reader.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/profile/model_family.h"
#include "base/user_choices.h"
#include "http/wire/http_version.h"
#include "messages/request/lane.h"

namespace anyclaude {

// --- Where and in which words a server is spoken to ---

struct ApiEndpoint {
  Api api = Api::openai;
  // In front of /chat/completions or /messages; behind the base URL's own path.
  std::string path = "/v1";
  // Verbatim only where the server is Anthropic's, or speaks for it.
  Lane lane = Lane::rewritten;
  // Whether an Anthropic endpoint's `input_tokens` holds the cached ones too, as `prompt_tokens` always does.
  bool input_includes_cached = false;
  // Whether an Anthropic endpoint knows the member `thinking`, and thinking blocks in a history.
  bool takes_thinking = false;
  bool thinking_in_history = false;
};

// --- What a request may look like ---

enum class ModelField {
  resolved,  // the name the model was resolved to
  omitted,   // no name at all: the server would load a model for any it is given
  listed,    // only a name that stands in the server's own list
};
enum class SystemRole { system, developer, first_user_turn };
enum class SystemNewlines { kept, spaces };
// Text and tool calls of one assistant turn: in one message, or in two, the text first.
enum class TextWithToolCalls { together, separate };
// The `content` of a message that holds nothing but tool calls.
enum class EmptyContent { empty_text, null_value, left_out };
enum class ImageSupport { none, base64, base64_and_url };
// `words`: none, auto and required, but no object that names a tool.
enum class ToolChoiceSupport { full, words, none };
enum class ResponseFormat { json_schema, none };
enum class MaxTokensField { max_tokens, max_completion_tokens };
enum class ReasoningField { none, reasoning_content, reasoning };
// `whole`: a request with tools is not streamed, for a streamed reply would lose the calls.
enum class ToolReplies { streamed, whole };
enum class ToolSchemas { as_given, object_with_properties };
// By which member a model's thinking is switched.
enum class ThinkingSwitch { none, template_kwargs, reasoning_effort, reasoning_object };
// How a request asks the server to continue an answer that has begun.
enum class BegunAnswer { as_given, thinking_off, continue_final_message };
enum class RepetitionPenaltyField { none, repetition_penalty, repeat_penalty };

struct RequestPolicy {
  ModelField model = ModelField::resolved;
  SystemRole system_role = SystemRole::system;
  SystemNewlines system_newlines = SystemNewlines::kept;
  TextWithToolCalls text_with_tool_calls = TextWithToolCalls::together;
  EmptyContent empty_content = EmptyContent::empty_text;
  // A server without images is given plain strings only.
  ImageSupport images = ImageSupport::base64_and_url;
  ToolChoiceSupport tool_choice = ToolChoiceSupport::full;
  bool parallel_tool_calls = true;
  ResponseFormat response_format = ResponseFormat::json_schema;
  bool stream_options = true;
  MaxTokensField max_tokens = MaxTokensField::max_tokens;
  // The member of an assistant message in which earlier reasoning goes back to the server.
  ReasoningField reasoning_in_history = ReasoningField::none;
  ToolReplies tool_replies = ToolReplies::streamed;
  ToolSchemas tool_schemas = ToolSchemas::as_given;
  ThinkingSwitch thinking = ThinkingSwitch::none;
  bool thinking_never = false;  // thinking is switched off, whatever a client asks for
  BegunAnswer begun_answer = BegunAnswer::as_given;
  bool top_k = false;
  bool min_p = false;
  bool presence_penalty = false;
  RepetitionPenaltyField repetition_penalty = RepetitionPenaltyField::none;
  // Further members of every chat request: name to JSON text.
  std::map<std::string, std::string> extra = {};
};

// --- What a reply says ---

enum class CachedTokens {
  reported,
  with_flag,  // only when the server was started with `cached_tokens_flag`
  never,      // whatever it says there means nothing: unknown, not 0
};

struct ReplyPolicy {
  CachedTokens cached_tokens = CachedTokens::reported;
  std::string cached_tokens_flag = {};
};

// --- How the server behaves ---

enum class SlotReports { none, llama_cpp };  // whether /props, `timings` and `id_slot` are there
enum class TokenCounting { none, llama_cpp, vllm, anthropic };
// Where the server says which context a model is loaded with, and what the model can do.
enum class DetailsSource { none, ollama, lm_studio };
// What becomes of a prompt that is longer than the context. `may_be_cut`: part of it may be dropped without
// an error, so an answer is no proof that the model has read all of it. `never_cut`: it is refused, or there
// is no limit.
enum class LongPrompts { may_be_cut, never_cut };
enum class Billing { free, paid };
enum class KeyUse { taken, ignored };  // whether the server looks at a key at all

struct ServerPolicy {
  // Calls that may run at once; nothing: as many as come.
  std::optional<std::uint64_t> concurrent_calls_max = std::nullopt;
  HttpVersion http = HttpVersion::http_1_1;
  SlotReports reports = SlotReports::none;
  TokenCounting token_count = TokenCounting::none;
  // Behind the base URL's own path.
  std::string models_path = "/v1/models";
  DetailsSource model_details = DetailsSource::none;
  LongPrompts long_prompts = LongPrompts::may_be_cut;
  // How a user gives the server a larger context, as the end of a sentence; empty where that is not known.
  std::string context_advice = {};
  Billing billing = Billing::free;
  KeyUse api_key = KeyUse::taken;
};

// The models that answer for Anthropic's three sizes; empty: the resolved one.
struct ModelRoles {
  std::string opus = {};
  std::string sonnet = {};
  std::string haiku = {};
};

// How the server is started. {model}, {port} and {host} stand for what is configured, in `arguments` and in
// the values of `environment`. No arguments: it is not started by us.
struct LaunchCommand {
  std::vector<std::string> arguments = {};
  std::map<std::string, std::string> environment = {};
  std::string readiness_path = "/v1/models";
  std::string log_file = {};  // under ~/.anyclaude/logs
};

struct BackendProfile {
  std::string name = {};
  std::vector<std::string> aliases = {};
  std::string description = {};
  std::vector<ApiEndpoint> apis = {{}};
  std::string default_base_url = {};  // without a trailing /v1; empty: the user has to say it
  std::uint16_t package_port = 0;     // where the package listens unasked, if that is another port
  RequestPolicy request = {};
  ReplyPolicy reply = {};
  ServerPolicy server = {};
  ModelRoles models = {};
  // Asked in this order, before those that all profiles share.
  std::vector<ModelFamily> model_families = {};
  LaunchCommand launch = {};
  std::vector<std::string> notes = {};  // what a user must know

  // The one of `apis` that is spoken.
  Api api = Api::openai;
  const ApiEndpoint& endpoint() const;
  Lane lane() const { return endpoint().lane; }
  bool offers(Api wanted) const;
};

// The traits of a model by its name; what no family says is a family that says nothing.
const ModelFamily& family_of(const BackendProfile& profile, std::string_view model);
// The same profile, which leaves sampling to the server.
BackendProfile without_sampling(BackendProfile profile);

// Digest of everything in a profile that decides what a server is asked, or what its answer is taken to mean.
std::string profile_digest(const BackendProfile& profile);

}  // namespace anyclaude
