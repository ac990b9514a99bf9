#include "fakes/emulator/error_words.h"

#include <memory>

namespace anyclaude::emulators {
namespace {

using sim::ErrorReply;
using sim::Json;
using sim::json_text;

std::string_view openai_type(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 404:
      return "not_found_error";
    case 429:
      return "rate_limit_error";
    case 503:
      return "unavailable_error";
    default:
      return status < 500 ? "invalid_request_error" : "server_error";
  }
}

std::string_view python_type(int status) {
  switch (status) {
    case 404:
      return "NotFoundError";
    case 503:
      return "ServiceUnavailableError";
    default:
      return status < 500 ? "BadRequestError" : "InternalServerError";
  }
}

Json error_json(const Quirks& quirks, int status, std::string_view message) {
  switch (quirks.errors) {
    case ErrorWords::openai:
      return {{"error",
               {{"message", message}, {"type", openai_type(status)}, {"param", nullptr}, {"code", nullptr}}}};
    case ErrorWords::llama_cpp:
      return {{"error", {{"code", status}, {"message", message}, {"type", openai_type(status)}}}};
    case ErrorWords::string:
      return {{"error", message}};
    case ErrorWords::detail:
      return {{"detail", message}};
    case ErrorWords::vllm:
      return {{"error",
               {{"message", message}, {"type", python_type(status)}, {"param", nullptr}, {"code", status}}}};
    case ErrorWords::sglang:
      return {{"object", "error"},
              {"message", message},
              {"type", python_type(status)},
              {"param", nullptr},
              {"code", status}};
    case ErrorWords::openrouter:
      return {{"error", {{"message", message}, {"code", status}}}};
    case ErrorWords::anthropic:
      return Json::parse(sim::make_anthropic_dialect()->error(status, message).body);
  }
  return Json::object();
}

std::string overflow_words(const Quirks& quirks, const std::string& prompt, const std::string& context,
                           const std::string& answer, const std::string& sum) {
  switch (quirks.errors) {
    case ErrorWords::llama_cpp:
      return "request (" + prompt + " tokens) exceeds the available context size (" + context +
             " tokens), try increasing it";
    case ErrorWords::string:  // LM Studio
      return "Trying to keep the first " + prompt +
             " tokens when context the overflows. However, the model is loaded with context length of only " +
             context + " tokens, which is not enough. Try to load the model with a larger context length";
    case ErrorWords::vllm:
      return "This model's maximum context length is " + context + " tokens. However, you requested " + sum +
             " tokens (" + prompt + " in the messages, " + answer +
             " in the completion). Please reduce the length of the messages or completion.";
    case ErrorWords::sglang:
      return "The input (" + prompt + " tokens) is longer than the model's context length (" + context +
             " tokens).";
    case ErrorWords::openrouter:
      return "This endpoint's maximum context length is " + context +
             " tokens. However, you requested about " + sum + " tokens (" + prompt + " of text input, " +
             answer + " in the output). Please reduce the length of either one.";
    default:
      return "This model's maximum context length is " + context +
             " tokens. However, your messages resulted in " + prompt +
             " tokens. Please reduce the length of the messages.";
  }
}

}  // namespace

ErrorReply error_reply(const Quirks& quirks, int status, std::string_view message) {
  return {status, json_text(error_json(quirks, status, message))};
}

ErrorReply bad_key_reply(const Quirks& quirks) {
  switch (quirks.errors) {
    case ErrorWords::vllm:
    case ErrorWords::sglang:
      return {401, R"({"error":"Unauthorized"})"};
    case ErrorWords::openai: {
      Json body = error_json(quirks, 401, "Incorrect API key provided.");
      body["error"]["type"] = "invalid_request_error";
      body["error"]["code"] = "invalid_api_key";
      return {401, json_text(body)};
    }
    case ErrorWords::openrouter:
      return error_reply(quirks, 401, "No auth credentials found");
    default:
      return error_reply(quirks, 401, "Invalid API key.");
  }
}

ErrorReply unknown_model_reply(const Quirks& quirks, std::string_view model) {
  const std::string name(model);
  switch (quirks.errors) {
    case ErrorWords::detail:
      // MLX-Textgen words this one differently from its other errors.
      if (quirks.name != "mlx-textgen") break;
      return {404, json_text({{"error", "Model \"" + name + "\" does not exist."}})};
    case ErrorWords::openrouter:
      return error_reply(quirks, 400, name + " is not a valid model ID");
    case ErrorWords::string:
      return error_reply(quirks, 404, "Cannot find an appropriate cached snapshot folder for " + name);
    default:
      break;
  }
  return error_reply(quirks, 404, "The model `" + name + "` does not exist.");
}

ErrorReply overflow_reply(const Quirks& quirks, std::size_t prompt_tokens, std::size_t context_tokens,
                          std::size_t answer_tokens) {
  if (quirks.dialect == Dialect::messages)
    return sim::make_anthropic_dialect()->prompt_too_long(prompt_tokens, context_tokens);
  const std::string words =
      overflow_words(quirks, std::to_string(prompt_tokens), std::to_string(context_tokens),
                     std::to_string(answer_tokens), std::to_string(prompt_tokens + answer_tokens));
  Json body = error_json(quirks, 400, words);
  if (quirks.errors == ErrorWords::openai) body["error"]["code"] = "context_length_exceeded";
  if (quirks.errors == ErrorWords::llama_cpp) {
    body["error"]["type"] = "exceed_context_size_error";
    body["error"]["n_prompt_tokens"] = prompt_tokens;
    body["error"]["n_ctx"] = context_tokens;
  }
  return {400, json_text(body)};
}

std::string error_event(const Quirks& quirks, std::string_view message) {
  if (quirks.dialect == Dialect::messages) return sim::make_anthropic_dialect()->error_event(message);
  if (quirks.errors == ErrorWords::openrouter) {
    const Json chunk = {
        {"id", "gen-1"},
        {"object", "chat.completion.chunk"},
        {"error", {{"code", 502}, {"message", message}}},
        {"choices", Json::array({{{"index", 0}, {"delta", {{"content", ""}}}, {"finish_reason", "error"}}})}};
    return "data: " + json_text(chunk) + "\n\n";
  }
  if (quirks.name == "lmstudio") {
    return "event: error\ndata: " + json_text({{"error", {{"message", message}}}}) + "\n\n";
  }
  return "data: " + error_reply(quirks, 500, message).body + "\n\n";
}

}  // namespace anyclaude::emulators
