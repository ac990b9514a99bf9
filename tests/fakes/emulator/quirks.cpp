#include "fakes/emulator/quirks.h"

namespace anyclaude::emulators {
namespace {

Quirks llama_cpp() {
  return {.name = "llama-cpp",
          .mode = "llama-cpp",
          .images = Images::refused,
          .cached_tokens = CachedTokens::reported,
          .reasoning = Reasoning::reasoning_content,
          .thinking_switch = ThinkingSwitch::template_kwargs,
          .errors = ErrorWords::llama_cpp,
          .image_status = 500,
          .busy = {503, "Loading model"}};
}

Quirks openai() {
  return {.name = "openai",
          .mode = "openai",
          .model = ModelField::must_be_served,
          .system = SystemMessages::anywhere,
          .cached_tokens = CachedTokens::reported,
          .unknown_fields = UnknownFields::refused,
          .busy = {429, "Rate limit reached for requests", "30"}};
}

Quirks claude() {
  return {.name = "claude",
          .mode = "claude",
          .dialect = Dialect::messages,
          .cached_tokens = CachedTokens::reported,
          .errors = ErrorWords::anthropic,
          .busy = {529, "Overloaded"}};
}

Quirks mlx_textgen() {
  return {.name = "mlx-textgen",
          .mode = "mlx-textgen",
          .model = ModelField::must_be_served,
          .nulls = Nulls::refused,
          .text_with_calls = TextWithCalls::refused,
          .parts = ContentParts::text_only,
          .images = Images::refused,
          .streamed_calls = StreamedCalls::never_when_automatic,
          .stream_usage = StreamUsage::always,
          .deltas = Deltas::filled,
          .stream_end = StreamEnd::no_blank_line,
          .overflow = Overflow::unlimited,
          .concurrency = Concurrency::one_at_a_time,
          .errors = ErrorWords::detail,
          .bad_request_status = 500,
          .image_status = 500,
          .busy = {503, "Service Unavailable"}};
}

Quirks mlx_lm() {
  return {.name = "mlx-lm",
          .mode = "mlx-lm",
          .http = HttpForm::http_1_0,
          .model = ModelField::must_be_absent,
          .served_model = "/models/emulated-model",
          .other_models = {"somebody/another-model-4bit", "somebody/a-third-8bit"},
          .nulls = Nulls::refused,
          .null_status = 400,
          .empty_stream_options = EmptyStreamOptions::stream_cut,
          .parts = ContentParts::text_only,
          .images = Images::refused,
          .tool_choices = ToolChoices::ignored,
          .streamed_calls = StreamedCalls::whole,
          .unparsed_calls = UnparsedCalls::dropped,
          .cached_tokens = CachedTokens::reported,
          .reasoning = Reasoning::reasoning,
          .thinking_switch = ThinkingSwitch::template_kwargs,
          .deltas = Deltas::role_in_each,
          .comments = Comments::keepalive,
          .overflow = Overflow::unlimited,
          .keys = Keys::ignored,
          .errors = ErrorWords::string,
          .bad_request_status = 404,
          .image_status = 404,
          .busy = {503, "unavailable"}};
}

// Before 0.29: no keepalives, no figures about its cache, and null ends the connection without a word.
Quirks mlx_lm_before_0_29() {
  Quirks quirks = mlx_lm();
  quirks.name = "mlx-lm-before-0.29";
  quirks.nulls = Nulls::connection_dropped;
  quirks.comments = Comments::none;
  quirks.cached_tokens = CachedTokens::never;
  quirks.reasoning = Reasoning::none;
  return quirks;
}

Quirks mlx_omni() {
  return {.name = "mlx-omni",
          .mode = "mlx-omni",
          .model = ModelField::must_be_served,
          .images = Images::refused,
          .tool_choices = ToolChoices::ignored,
          .streamed_calls = StreamedCalls::whole,
          .cached_tokens = CachedTokens::reported,
          .overflow = Overflow::unlimited,
          .keys = Keys::ignored,
          .errors = ErrorWords::detail,
          .bad_request_status = 422,
          .busy = {503, "Service Unavailable"}};
}

Quirks vllm_mlx_legacy() {
  return {.name = "vllm-mlx-legacy",
          .mode = "vllm-mlx-legacy",
          .nulls = Nulls::refused,
          .parts = ContentParts::strings_only,
          .images = Images::refused,
          .tool_choices = ToolChoices::ignored,
          .streamed_calls = StreamedCalls::whole,
          .stream_usage = StreamUsage::always,
          .overflow = Overflow::unlimited,
          .keys = Keys::ignored,
          .errors = ErrorWords::detail,
          .bad_request_status = 422,
          .busy = {503, "Model not loaded"}};
}

Quirks lmstudio() {
  return {.name = "lmstudio",
          .mode = "lmstudio",
          .model = ModelField::must_be_served,
          .images = Images::data_urls,
          .tool_choices = ToolChoices::strings_only,
          .unparsed_calls = UnparsedCalls::tool_request_tags,
          .reasoning = Reasoning::reasoning_content,
          .native_api = NativeApi::lm_studio,
          .keys = Keys::ignored,
          .errors = ErrorWords::string,
          .busy = {503, "Model is loading"}};
}

Quirks vllm() {
  return {.name = "vllm",
          .mode = "vllm",
          .model = ModelField::must_be_served,
          .system = SystemMessages::anywhere,
          .images = Images::refused,
          .cached_tokens = CachedTokens::never,
          .reasoning = Reasoning::reasoning_content,
          .thinking_switch = ThinkingSwitch::template_kwargs,
          .errors = ErrorWords::vllm,
          .busy = {503, "The server is overloaded"}};
}

Quirks sglang() {
  return {.name = "sglang",
          .mode = "sglang",
          .images = Images::any,
          .cached_tokens = CachedTokens::omitted_when_zero,
          .reasoning = Reasoning::reasoning_content,
          .thinking_switch = ThinkingSwitch::template_kwargs,
          .errors = ErrorWords::sglang,
          .busy = {503, "The request queue is full."}};
}

Quirks ollama() {
  return {.name = "ollama",
          .mode = "ollama",
          .model = ModelField::must_be_served,
          .served_model = "emulated-model:latest",
          .system = SystemMessages::anywhere,
          .images = Images::data_urls,
          .tool_choices = ToolChoices::ignored,
          .streamed_calls = StreamedCalls::whole,
          .reasoning = Reasoning::reasoning,
          .thinking_switch = ThinkingSwitch::reasoning_effort,
          .overflow = Overflow::cut_short,
          .native_api = NativeApi::ollama,
          .keys = Keys::ignored,
          .busy = {503, "server busy, please try again.  maximum pending requests exceeded"}};
}

Quirks openrouter() {
  return {.name = "openrouter",
          .mode = "openrouter",
          .model = ModelField::must_be_served,
          .served_model = "somebody/emulated-model",
          .other_models = {"somebody/another-model"},
          .system = SystemMessages::anywhere,
          .stream_usage = StreamUsage::always,
          .cached_tokens = CachedTokens::reported,
          .reasoning = Reasoning::reasoning,
          .comments = Comments::openrouter,
          .errors = ErrorWords::openrouter,
          .busy = {429, "Rate limit exceeded", "30"}};
}

}  // namespace

void PrintTo(const Quirks& quirks, std::ostream* out) {
  *out << quirks.name;
}

const std::vector<Quirks>& all_quirks() {
  static const std::vector<Quirks> kAll = {
      claude(),          llama_cpp(), openai(), mlx_textgen(), mlx_lm(), mlx_lm_before_0_29(), mlx_omni(),
      vllm_mlx_legacy(), lmstudio(),  vllm(),   sglang(),      ollama(), openrouter()};
  return kAll;
}

const Quirks* find_quirks(std::string_view name) {
  for (const Quirks& quirks : all_quirks())
    if (quirks.name == name) return &quirks;
  return nullptr;
}

}  // namespace anyclaude::emulators
