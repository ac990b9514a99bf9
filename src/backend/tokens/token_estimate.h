// How many tokens a prompt is likely to have, for when the server has not said.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "backend/tokens/prompt_reports.h"
#include "backend/tokens/prompt_size.h"

namespace anyclaude {

// Tokens for each byte of a kind.
using TokenRates = std::array<double, kPromptKinds>;
// Claude Code's prompts on a Qwen2 vocabulary, measured: 3.6 bytes a token.
inline constexpr TokenRates kUsualTokenRates{1 / 3.6, 1 / 3.6, 1 / 3.6, 1 / 3.6};

// Images count a fixed number of tokens each (Anthropic's rule of thumb, 1,600 for a full-size image). Never
// 0.
std::uint64_t estimate_prompt_tokens(const PromptSize& size, const TokenRates& rates);
// The part of an estimate that is text.
std::uint64_t text_tokens_of(std::uint64_t estimate, const PromptSize& size);

// An estimate and how far the truth may be from it. Images are in the estimate alone: servers count them in
// their own ways.
struct TokenRange {
  std::uint64_t estimate = 1;
  std::uint64_t likely_least = 0;  // five prompts of six have more
  std::uint64_t least = 0;         // nearly all have more
  std::uint64_t most = 0;          // hardly any has more
};

// The rates of one model, from what its server reports of prompts. Each report corrects the kinds it holds
// most of, by recursive least squares on the relative error; older reports count for less and less. Not
// thread-safe.
class RateLearner {
 public:
  RateLearner();

  const TokenRates& rates() const { return rates_; }
  // The standard deviation of what the rates make of a prompt's text, in tokens.
  double deviation(const PromptSize& size) const;
  void learn(const PromptSize& size, std::uint64_t reported_prompt_tokens);

 private:
  void forget_a_little();

  TokenRates rates_ = kUsualTokenRates;
  bool has_learned_ = false;
  // How uncertain the rates are, and how their errors go together.
  std::array<std::array<double, kPromptKinds>, kPromptKinds> covariance_{};
};

// Learns how many tokens a byte makes, for each model and kind of text. Holds the last kCalibratedModelsMax
// models. Thread-safe.
class TokenCalibration {
 public:
  // `model` names a server and what it runs; one that is not known yet has the usual rates.
  std::uint64_t estimate(std::string_view model, const MessagesRequest& request) const;
  TokenRange range(std::string_view model, const MessagesRequest& request) const;
  void learn(std::string_view model, const MessagesRequest& request, std::uint64_t reported_prompt_tokens);

  // Whole prompts as they were reported. Thread-safe.
  PromptReports& reports() { return reports_; }

 private:
  struct Known {
    RateLearner learner;
    std::uint64_t last_learned = 0;
  };
  void make_room();

  mutable std::mutex mutex_;
  std::map<std::string, Known, std::less<>> models_;
  std::uint64_t learned_ = 0;
  PromptReports reports_;
};

}  // namespace anyclaude
