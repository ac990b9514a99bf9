// What a run saved: the broker's figures at its end less those at its beginning.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"

namespace anyclaude::launcher {

// /metrics.json of a broker; a missing figure counts as 0.
struct Figures {
  std::uint64_t requests = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t bypasses = 0;
  std::uint64_t coalesced = 0;
  std::uint64_t measured_prefilled = 0;
  std::uint64_t measured_reused = 0;
  std::uint64_t estimated_prefilled = 0;
  std::uint64_t estimated_reused = 0;
  std::uint64_t unknown_prompt_tokens = 0;
  std::uint64_t saved_prompt_tokens = 0;
  std::uint64_t saved_output_tokens = 0;
  std::uint64_t saved_generation_ms = 0;

  static Figures read(const nlohmann::json& metrics);
  // Of a broker that was started anew meanwhile, what it has counted since.
  Figures since(const Figures& earlier) const;
};

// Asks the broker; nothing when it does not answer.
std::optional<Figures> ask_figures(const std::string& broker_url);

// One or two lines for a person, without a line end; empty when there was no request.
std::string savings_text(const Figures& run);

// The figures in the shape that earlier versions of the product wrote, with a block for each layer beside
// them.
nlohmann::json metrics_file_json(const Figures& run, std::chrono::milliseconds runtime, SystemTime now);

// Writes it, unless the run had no request: a full file is not overwritten by an empty run. `configured` is
// the configuration's file; without one, .anyclaude-cache-metrics.json in `directory` is updated where it is
// there already. Errors are io.
Status update_metrics_file(const std::filesystem::path& configured, const std::filesystem::path& directory,
                           const Figures& run, std::chrono::milliseconds runtime, SystemTime now);

}  // namespace anyclaude::launcher
