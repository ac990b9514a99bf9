#include "backend/dialect/context_overflow.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <string>

namespace anyclaude {
namespace {

// Lower case, as all of the tables below are matched against lower-cased text.
constexpr std::string_view kOverflowCodes[] = {
    "exceed_context_size_error",  // llama.cpp
    "context_length_exceeded",    // OpenAI, OpenRouter, Groq
    "context_window_exceeded",
    "model_context_window_exceeded",
};

constexpr std::string_view kOverflowPhrases[] = {
    "prompt is too long",                    // Anthropic and servers that imitate it
    "available context size",                // llama.cpp
    "context size has been exceeded",        // llama.cpp, older
    "maximum context length",                // OpenAI, vLLM, SGLang, OpenRouter, Ollama
    "longer than the model's context",       // SGLang
    "longer than the maximum model length",  // vLLM
    "exceeds the context length",            // Ollama
    "longer than the context length",        // Ollama, started without context shift
    "exceeds maximum context length",        // Ollama
    "exceeded max context length",           // Ollama
    "when context the overflows",            // LM Studio, spelled so
    "greater than the context length",       // LM Studio
    "reached context length",                // LM Studio
    "context length of only",                // LM Studio
    "exceed context window",                 // llama-cpp-python
    "exceeds the context window",
    "exceeds context window",
    "context window exceeded",
    "exceed max context",  // mlx servers
    "exceeds max context",
    "exceeds the model's context",
    "exceeds model context",
    "exceeds maximum input length",                   // TensorRT-LLM
    "exceeds max_input_len",                          // TensorRT-LLM
    "greater than max_seq_len",                       // ExLlama, TabbyAPI
    "exceeds the maximum number of tokens allowed",   // Gemini
    "`inputs` tokens + `max_new_tokens` must be <=",  // TGI
    "too large for model with",                       // Mistral
    "exceed context limit",                           // Anthropic, prompt and max_tokens together
    "input is too long for requested model",          // Bedrock
    "reduce the length of the messages",              // Groq
    "context overflow",
};

// What stands before the number. The first that is followed by digits counts.
constexpr std::string_view kBeforeLimit[] = {
    "maximum context length is ",
    "maximum context length of ",
    "context length of only ",
    "available context size (",
    "context length (",
    "context window (",
    "context window of ",
    "maximum model length of ",
    "maximum input length (",
    "max context length of ",
    "max context (",
    "max_seq_len ",
    "max_input_len (",
    "tokens allowed (",
    "must be <= ",
    "maximum context length (",
    "reached context length of ",
    "context length of ",
    "context length is ",
    "context size of ",
    "context size (",
    "too large for model with ",
    "limit of ",
    "maximum of ",
    "tokens > ",
    "> ",
};

// The prompt alone, where the server tells it from the tokens asked for.
constexpr std::string_view kBeforePrompt[] = {
    "prompt is too long: ",
    "request (",
    "resulted in ",
    "your request has ",
    "prompt contains ",
    "prompt length (",
    "prompt length ",
    "prompt (length ",
    "prompt tokens (",
    "input token count (",
    "input tokens (",
    "the input (",
    "input length (",
    "keep the first ",
    "given: ",
    "prompt has ",
    "decoder prompt (length ",
    "input length and `max_tokens` exceed context limit: ",
};

// The prompt and the tokens asked for together.
constexpr std::string_view kBeforeTotal[] = {
    "you requested about ",
    "you requested a total of ",
    "you requested ",
    "requested tokens (",
};

// A part of the total: "(9000 in the messages", "9000 tokens from the input messages".
constexpr std::string_view kBehindPrompt[] = {
    " in the messages", " in your prompt", " of text input", " tokens from the input messages",
    " input tokens",    " in the prompt",  " prompt tokens",
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<std::uint64_t> number_at(std::string_view text, std::size_t at) {
  std::string digits;
  while (at < text.size() && (is_digit(text[at]) || (text[at] == ',' && !digits.empty()))) {
    if (is_digit(text[at])) digits.push_back(text[at]);
    ++at;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> number_behind(std::string_view text, std::span<const std::string_view> hints) {
  for (const std::string_view hint : hints) {
    for (std::size_t at = text.find(hint); at != std::string_view::npos; at = text.find(hint, at + 1)) {
      if (const auto value = number_at(text, at + hint.size())) return value;
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> number_before(std::string_view text, std::span<const std::string_view> hints) {
  for (const std::string_view hint : hints) {
    const std::size_t end = text.find(hint);
    if (end == std::string_view::npos) continue;
    std::size_t begin = end;
    while (begin > 0 && (is_digit(text[begin - 1]) || text[begin - 1] == ',')) --begin;
    if (const auto value = number_at(text, begin); value && begin < end) return value;
  }
  return std::nullopt;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

bool contains_any(std::string_view text, std::span<const std::string_view> phrases) {
  return std::ranges::any_of(
      phrases, [&](std::string_view phrase) { return text.find(phrase) != std::string_view::npos; });
}

}  // namespace

std::optional<ContextOverflow> find_context_overflow(std::string_view code, std::string_view message) {
  const std::string text = lowered(message);
  const std::string code_text = lowered(code);
  const bool by_code = std::ranges::find(kOverflowCodes, code_text) != std::end(kOverflowCodes);
  if (!by_code && !contains_any(text, kOverflowPhrases)) return std::nullopt;

  ContextOverflow found;
  found.tokens_max = number_behind(text, kBeforeLimit);
  found.prompt_tokens = number_behind(text, kBeforePrompt);
  if (!found.prompt_tokens) found.prompt_tokens = number_before(text, kBehindPrompt);
  found.total_tokens = number_behind(text, kBeforeTotal);
  return found;
}

}  // namespace anyclaude
