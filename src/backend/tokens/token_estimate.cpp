#include "backend/tokens/token_estimate.h"

#include <algorithm>
#include <cmath>

namespace anyclaude {
namespace {

// Anthropic's rule of thumb for a full-size image.
constexpr std::uint64_t kTokensPerImage = 1'600;
// What no vocabulary leaves: below, a server counts something else than text; above, likewise.
constexpr double kBytesPerTokenMin = 1.5;
constexpr double kBytesPerTokenMax = 8.0;
// Shorter prompts say more about the template than about the vocabulary.
constexpr std::uint64_t kLearnedPromptBytesMin = 4'000;
// How far a rate is expected to be from the usual one, and a report from what the rates make of it
// (templates, unusual text): standard deviations.
constexpr double kRateSpread = 0.08;
constexpr double kReportSpread = 0.01;
// What remains of an older report's weight when a new one comes.
constexpr double kMemory = 0.95;
constexpr std::size_t kCalibratedModelsMax = 32;
// Spreads of a range, in standard deviations, and the least that each is of the text: prompts differ from
// those that were learned from.
constexpr double kLikelySpreads = 1;
constexpr double kLeastSpreads = 2;
constexpr double kMostSpreads = 5;
constexpr double kLikelyPartMin = 0.05;
constexpr double kLeastPartMin = 0.1;
constexpr double kMostPartMin = 0.12;

}  // namespace

std::uint64_t estimate_prompt_tokens(const PromptSize& size, const TokenRates& rates) {
  double text = 0;
  for (std::size_t kind = 0; kind < kPromptKinds; ++kind)
    text += static_cast<double>(size.bytes[kind]) * rates[kind];
  return std::max<std::uint64_t>(1,
                                 static_cast<std::uint64_t>(std::ceil(text)) + size.images * kTokensPerImage);
}

std::uint64_t text_tokens_of(std::uint64_t estimate, const PromptSize& size) {
  const std::uint64_t of_images = size.images * kTokensPerImage;
  return estimate > of_images ? estimate - of_images : 1;
}

RateLearner::RateLearner() {
  for (std::size_t kind = 0; kind < kPromptKinds; ++kind) covariance_[kind][kind] = kRateSpread * kRateSpread;
}

double RateLearner::deviation(const PromptSize& size) const {
  // Before the first report nothing is known of the vocabulary, and all kinds are off by the same.
  if (!has_learned_) return static_cast<double>(size.total_bytes()) * kRateSpread;
  double variance = 0;
  for (std::size_t i = 0; i < kPromptKinds; ++i)
    for (std::size_t j = 0; j < kPromptKinds; ++j)
      variance += covariance_[i][j] * static_cast<double>(size.bytes[i]) * static_cast<double>(size.bytes[j]);
  return std::sqrt(std::max(0.0, variance));
}

void RateLearner::learn(const PromptSize& size, std::uint64_t reported_prompt_tokens) {
  const std::uint64_t bytes = size.total_bytes();
  if (size.images > 0 || bytes < kLearnedPromptBytesMin || reported_prompt_tokens == 0) return;
  const double reported = static_cast<double>(reported_prompt_tokens);
  const double seen = static_cast<double>(bytes) / reported;
  if (seen < kBytesPerTokenMin || seen > kBytesPerTokenMax) return;

  // The report as an equation: the kinds' shares, each times its rate, make 1.
  std::array<double, kPromptKinds> share{};
  std::array<double, kPromptKinds> spread{};
  double explained = 0;
  for (std::size_t i = 0; i < kPromptKinds; ++i) {
    share[i] = static_cast<double>(size.bytes[i]) / reported;
    explained += share[i] * rates_[i];
  }
  double variance = kReportSpread * kReportSpread;
  for (std::size_t i = 0; i < kPromptKinds; ++i) {
    for (std::size_t j = 0; j < kPromptKinds; ++j)
      spread[i] += covariance_[i][j] * static_cast<double>(size.bytes[j]) / reported;
    variance += share[i] * spread[i];
  }
  for (std::size_t i = 0; i < kPromptKinds; ++i) {
    const double corrected = rates_[i] + spread[i] / variance * (1 - explained);
    rates_[i] = std::clamp(corrected, 1 / kBytesPerTokenMax, 1 / kBytesPerTokenMin);
    for (std::size_t j = 0; j < kPromptKinds; ++j) covariance_[i][j] -= spread[i] * spread[j] / variance;
  }
  has_learned_ = true;
  forget_a_little();
}

// Uncertainty grows again, but that of no kind beyond what it was at the beginning: one that is not seen for
// long must not become a weather vane.
void RateLearner::forget_a_little() {
  std::array<double, kPromptKinds> growth{};
  for (std::size_t kind = 0; kind < kPromptKinds; ++kind) {
    const double room = kRateSpread * kRateSpread / covariance_[kind][kind];
    growth[kind] = std::sqrt(std::max(1.0, std::min(1 / kMemory, room)));
  }
  for (std::size_t i = 0; i < kPromptKinds; ++i)
    for (std::size_t j = 0; j < kPromptKinds; ++j) covariance_[i][j] *= growth[i] * growth[j];
}

std::uint64_t TokenCalibration::estimate(std::string_view model, const MessagesRequest& request) const {
  const PromptSize size = prompt_size(request);
  const std::lock_guard lock(mutex_);
  const auto known = models_.find(model);
  return estimate_prompt_tokens(size,
                                known == models_.end() ? kUsualTokenRates : known->second.learner.rates());
}

TokenRange TokenCalibration::range(std::string_view model, const MessagesRequest& request) const {
  static const RateLearner kUnknown;
  const PromptSize size = prompt_size(request);
  const std::lock_guard lock(mutex_);
  const auto known = models_.find(model);
  const RateLearner& learner = known == models_.end() ? kUnknown : known->second.learner;
  TokenRange range;
  range.estimate = estimate_prompt_tokens(size, learner.rates());
  const double text = static_cast<double>(text_tokens_of(range.estimate, size));
  const double deviation = learner.deviation(size);
  const auto below = [&](double spreads, double part) {
    return static_cast<std::uint64_t>(std::max(0.0, text - std::max(spreads * deviation, part * text)));
  };
  range.likely_least = below(kLikelySpreads, kLikelyPartMin);
  range.least = below(kLeastSpreads, kLeastPartMin);
  range.most =
      static_cast<std::uint64_t>(std::ceil(text + std::max(kMostSpreads * deviation, kMostPartMin * text)));
  return range;
}

void TokenCalibration::learn(std::string_view model, const MessagesRequest& request,
                             std::uint64_t reported_prompt_tokens) {
  const PromptSize size = prompt_size(request);
  const std::lock_guard lock(mutex_);
  auto known = models_.find(model);
  if (known == models_.end()) {
    make_room();
    known = models_.emplace(std::string(model), Known{}).first;
  }
  known->second.learner.learn(size, reported_prompt_tokens);
  known->second.last_learned = ++learned_;
}

// With mutex_ held. The model that was unused for longest goes.
void TokenCalibration::make_room() {
  if (models_.size() < kCalibratedModelsMax) return;
  models_.erase(
      std::ranges::min_element(models_, {}, [](const auto& entry) { return entry.second.last_learned; }));
}

}  // namespace anyclaude
