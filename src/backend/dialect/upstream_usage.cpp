#include "backend/dialect/upstream_usage.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace anyclaude {
namespace {

using Json = nlohmann::json;

// Used only for output tokens that no server counted.
constexpr double kBytesPerOutputToken = 3.6;
// A prompt that was expected to have at least so many tokens, and of which the server counted less than one
// part in so many, was cut: no text has that many bytes to a token.
constexpr std::uint64_t kCutNoticedTokensMin = 1'000;
constexpr std::uint64_t kCutNoticedFactor = 3;

const Json* object_at(const Json& value, const char* name) {
  const auto found = value.find(name);
  return found != value.end() && found->is_object() ? &*found : nullptr;
}

std::optional<std::uint64_t> count_at(const Json& value, const char* name) {
  const auto found = value.find(name);
  if (found == value.end() || !found->is_number()) return std::nullopt;
  const double count = found->get<double>();
  if (!(count >= 0) || count > 1e15) return std::nullopt;
  return static_cast<std::uint64_t>(count);
}

void take_if_positive(std::optional<std::uint64_t>& target, std::optional<std::uint64_t> said) {
  if (said && *said > 0) target = said;
}

void read_usage_object(const Json& usage, UpstreamReport& report) {
  take_if_positive(report.prompt_tokens, count_at(usage, "prompt_tokens"));
  take_if_positive(report.output_tokens, count_at(usage, "completion_tokens"));
  if (const Json* details = object_at(usage, "prompt_tokens_details")) {
    if (const auto cached = count_at(*details, "cached_tokens")) report.cached_tokens = cached;
  } else if (const auto hit = count_at(usage, "prompt_cache_hit_tokens")) {  // DeepSeek
    report.cached_tokens = hit;
  }
}

void read_timings(const Json& timings, UpstreamReport& report) {
  const auto cached = count_at(timings, "cache_n");
  const auto prefilled = count_at(timings, "prompt_n");
  if (cached && prefilled && !report.prompt_tokens)
    take_if_positive(report.prompt_tokens, *cached + *prefilled);
  if (cached && !report.cached_tokens) report.cached_tokens = cached;
  if (!report.output_tokens) take_if_positive(report.output_tokens, count_at(timings, "predicted_n"));
  if (const auto spent = timings.find("prompt_ms"); spent != timings.end() && spent->is_number())
    report.prefill_ms = spent->get<double>();
}

}  // namespace

void read_usage(const Json& chunk, UpstreamReport& report) {
  if (const Json* usage = object_at(chunk, "usage")) read_usage_object(*usage, report);
  if (const Json* timings = object_at(chunk, "timings")) read_timings(*timings, report);
  if (const auto cut = chunk.find("truncated"); cut != chunk.end() && cut->is_boolean() && cut->get<bool>())
    report.prompt_cut_short = true;
  if (report.cached_tokens && report.prompt_tokens)
    report.cached_tokens = std::min(*report.cached_tokens, *report.prompt_tokens);
}

bool is_cut_prompt(std::uint64_t prompt_tokens, std::uint64_t text_tokens_estimate) {
  return text_tokens_estimate >= kCutNoticedTokensMin &&
         prompt_tokens < text_tokens_estimate / kCutNoticedFactor;
}

Usage client_usage(const UpstreamReport& report, std::uint64_t prompt_tokens_estimate,
                   std::size_t said_bytes) {
  const std::uint64_t prompt = report.prompt_tokens.value_or(prompt_tokens_estimate);
  const std::uint64_t cached = std::min(report.cached_tokens.value_or(0), prompt);
  const auto said =
      static_cast<std::uint64_t>(std::ceil(static_cast<double>(said_bytes) / kBytesPerOutputToken));
  Usage usage;
  usage.input_tokens = prompt - cached;
  if (report.cached_tokens) usage.cache_read_input_tokens = cached;
  usage.output_tokens = report.output_tokens.value_or(std::max<std::uint64_t>(1, said));
  return usage;
}

}  // namespace anyclaude
