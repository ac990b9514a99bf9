#include "tools/launcher/savings.h"

#include <array>
#include <cstdio>
#include <fstream>

#include "base/utc_time.h"
#include "tools/launcher/probe.h"

namespace anyclaude::launcher {
namespace {

using nlohmann::json;

// The members of Figures and where /metrics.json has them.
struct Place {
  std::uint64_t Figures::*figure;
  const char* pointer;
};
constexpr std::array<Place, 13> kPlaces{{
    {&Figures::requests, "/requests/total"},
    {&Figures::hits, "/requests/by_status/HIT"},
    {&Figures::misses, "/requests/by_status/MISS"},
    {&Figures::bypasses, "/requests/by_status/BYPASS"},
    {&Figures::coalesced, "/requests/by_status/COALESCED"},
    {&Figures::measured_prefilled, "/prompt_tokens/measured/prefilled"},
    {&Figures::measured_reused, "/prompt_tokens/measured/reused"},
    {&Figures::estimated_prefilled, "/prompt_tokens/estimated/prefilled"},
    {&Figures::estimated_reused, "/prompt_tokens/estimated/reused"},
    {&Figures::unknown_prompt_tokens, "/prompt_tokens/unknown/prompt_tokens"},
    {&Figures::saved_prompt_tokens, "/saved_by_hits/prompt_tokens"},
    {&Figures::saved_output_tokens, "/saved_by_hits/output_tokens"},
    {&Figures::saved_generation_ms, "/saved_by_hits/generation_ms"},
}};

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

// "42.86"
std::string percent(std::uint64_t part, std::uint64_t whole) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f",
                whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

}  // namespace

Figures Figures::read(const json& metrics) {
  Figures figures;
  for (const Place& place : kPlaces) {
    const json::json_pointer pointer(place.pointer);
    if (!metrics.is_object() || !metrics.contains(pointer)) continue;
    if (const json& value = metrics.at(pointer); value.is_number_integer() && value >= 0)
      figures.*place.figure = value.get<std::uint64_t>();
  }
  return figures;
}

Figures Figures::since(const Figures& earlier) const {
  if (requests < earlier.requests) return *this;
  Figures run;
  for (const Place& place : kPlaces) {
    const auto now = this->*place.figure;
    const auto before = earlier.*place.figure;
    run.*place.figure = now > before ? now - before : 0;
  }
  return run;
}

std::optional<Figures> ask_figures(const std::string& broker_url) {
  const auto url = parse_url(broker_url);
  if (!url) return std::nullopt;
  const Answer answer = ask(*url, "/metrics.json", {});
  if (!answer.is_ok()) return std::nullopt;
  const json metrics = answer.json();
  if (!metrics.is_object()) return std::nullopt;
  return Figures::read(metrics);
}

std::string savings_text(const Figures& run) {
  if (run.requests == 0) return {};
  std::string text = grouped(run.requests) + (run.requests == 1 ? " request" : " requests");
  if (run.hits + run.coalesced > 0) {
    text += ", " + grouped(run.hits + run.coalesced) + " answered without the model";
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.1f", static_cast<double>(run.saved_generation_ms) / 1000);
    text +=
        " (saved " + grouped(run.saved_prompt_tokens) + " prompt tokens and " + seconds + " s of answering)";
  }
  const std::uint64_t measured = run.measured_prefilled + run.measured_reused;
  if (measured > 0)
    text += "; of " + grouped(measured) + " prompt tokens sent the server read " +
            grouped(run.measured_prefilled) + " and held the rest (measured)";
  if (run.unknown_prompt_tokens > 0)
    text += "; it does not say what it held of " + grouped(run.unknown_prompt_tokens) + " more";
  return text;
}

json metrics_file_json(const Figures& run, std::chrono::milliseconds runtime, SystemTime now) {
  const std::uint64_t read = run.measured_prefilled + run.estimated_prefilled;
  const std::uint64_t spared = run.measured_reused + run.saved_prompt_tokens;
  const std::uint64_t all = read + spared + run.estimated_reused + run.unknown_prompt_tokens;
  return {{"exportedAt", utc_text(unix_milliseconds(now), UtcForm::milliseconds)},
          {"runtime", runtime.count()},
          {"metrics",
           {{"totalRequests", run.requests},
            {"cacheHits", run.hits},
            {"cacheMisses", run.misses},
            {"hitRate", percent(run.hits, run.hits + run.misses)},
            {"tokenSavings", percent(spared, all)},
            {"totalInputTokens", all},
            {"cacheCreationTokens", run.measured_prefilled},
            {"cacheReadTokens", spared}}},
          {"topEntries", json::array()},
          {"layers",
           {{"response",
             {{"hits", run.hits},
              {"misses", run.misses},
              {"bypasses", run.bypasses},
              {"coalesced", run.coalesced},
              {"saved_prompt_tokens", run.saved_prompt_tokens},
              {"saved_output_tokens", run.saved_output_tokens},
              {"saved_generation_ms", run.saved_generation_ms}}},
            {"kv",
             {{"measured", {{"prefilled", run.measured_prefilled}, {"reused", run.measured_reused}}},
              {"estimated", {{"prefilled", run.estimated_prefilled}, {"reused", run.estimated_reused}}},
              {"unknown", {{"prompt_tokens", run.unknown_prompt_tokens}}}}}}}};
}

Status update_metrics_file(const std::filesystem::path& configured, const std::filesystem::path& directory,
                           const Figures& run, std::chrono::milliseconds runtime, SystemTime now) {
  if (run.requests == 0) return {};
  std::filesystem::path file = configured;
  if (file.empty()) {
    file = directory / ".anyclaude-cache-metrics.json";
    std::error_code ignored;
    // A link may have come with the project, and lead to any file of the user.
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(file, ignored))) return {};
  }
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << metrics_file_json(run, runtime, now).dump(2) << "\n";
  out.flush();
  if (out) return {};
  return fail(ErrorKind::io, ErrorSource::config, "the figures could not be written to " + file.string());
}

}  // namespace anyclaude::launcher
