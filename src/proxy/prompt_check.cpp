#include "proxy/prompt_check.h"

#include <algorithm>

#include "backend/dialect/chat_shape.h"

namespace anyclaude {
namespace {

// What a template may write behind a prompt, and leave out of it as the history of a later one.
constexpr std::uint64_t kTemplateSlackTokens = 64;
// No usual text has more.
constexpr std::uint64_t kBytesPerTokenMax = 8;
// An answer gets at least this part of the context, whatever the estimate of the prompt says.
constexpr std::uint64_t kContextPartsForAnswer = 8;

ApiError no_tools(const Exchange& exchange) {
  return {400, "invalid_request_error",
          "the model " + exchange.identity.model + " takes no tools, as " + exchange.target->name +
              " says of it, and this request brings some: choose a model that takes tools (\"model\" in "
              "backends." +
              exchange.target->name + " of .anyclauderc.json)"};
}

}  // namespace

PromptCheck::PromptCheck(const BrokerParts& parts, Exchange& exchange) : parts_(parts), exchange_(exchange) {
  take_details(Freshness::remembered);
  const MessagesRequest& request = *exchange.parsed;
  const PromptSize size = prompt_size(request);
  evidence_.tokens = parts.calibration.range(exchange.backend_name(), request);
  evidence_.bytes = size.total_bytes();
  evidence_.images = size.images;
  evidence_.messages = static_cast<std::uint64_t>(std::ranges::count_if(
      request.messages, [](const Message& message) { return message.role != Role::system; }));
  text_estimate_ = text_tokens_of(evidence_.tokens.estimate, size);
  if (!exchange.chain) return;
  const auto before = parts.calibration.reports().known_beginning(exchange.backend_name(), *exchange.chain);
  if (!before || before->bytes > evidence_.bytes) return;
  // A template may leave the thinking of earlier turns out.
  const std::uint64_t left_out = size.thinking_bytes + kTemplateSlackTokens;
  const std::uint64_t at_least = before->tokens + (evidence_.bytes - before->bytes) / kBytesPerTokenMax;
  evidence_.least_by_history = at_least > left_out ? at_least - left_out : 0;
  if (size.images == 0)
    evidence_.most_by_history =
        before->tokens + evidence_.bytes - before->bytes + evidence_.messages * kTemplateSlackTokens;
}

void PromptCheck::take_details(Freshness freshness) {
  details_ = exchange_.backend().details(exchange_.identity.model, freshness);
  if (details_.state != ModelState::unsaid || details_.context_tokens)
    exchange_.identity.context_tokens = details_.context_tokens;
}

// Only where the server says which context the model is loaded with: a figure in a list of models may be
// another one, and such servers refuse a prompt themselves, with exact figures.
bool PromptCheck::cannot_fit() const {
  const bool may_be_cut = exchange_.settings().profile.server.long_prompts == LongPrompts::may_be_cut;
  return may_be_cut && details_.context_tokens &&
         std::max(evidence_.tokens.likely_least, evidence_.least_by_history.value_or(0)) >=
             *details_.context_tokens;
}

std::optional<ApiError> PromptCheck::refusal() {
  const RequestPolicy& policy = exchange_.settings().profile.request;
  if (details_.tools == Ability::absent && !offered_tools(*exchange_.parsed, policy).empty())
    return no_tools(exchange_);
  // The server may have been started anew with a larger context since it was asked.
  if (cannot_fit()) take_details(Freshness::asked_now);
  if (!cannot_fit()) return std::nullopt;
  const std::uint64_t context = *details_.context_tokens;
  return prompt_too_long(std::max(estimate(), context + 1), context);
}

std::uint64_t PromptCheck::estimate_beside_answer() const {
  const auto context = exchange_.identity.context_tokens;
  if (!context) return estimate();
  return std::min(estimate(), *context - *context / kContextPartsForAnswer);
}

PromptFit PromptCheck::judge(const UpstreamReport& report) {
  if (!report.prompt_tokens) return report.prompt_cut_short ? PromptFit::cut : PromptFit::whole;
  const PromptFit fit = fit_of(report);
  if (fit == PromptFit::cut) tell_of_cut(*report.prompt_tokens);
  if (fit != PromptFit::whole) return fit;
  parts_.calibration.learn(exchange_.backend_name(), *exchange_.parsed, *report.prompt_tokens);
  if (exchange_.chain && exchange_.may_learn())
    parts_.calibration.reports().note_whole(exchange_.backend_name(), *exchange_.chain,
                                            {*report.prompt_tokens, evidence_.bytes});
  return fit;
}

PromptFit PromptCheck::fit_of(const UpstreamReport& report) {
  if (report.prompt_cut_short) return PromptFit::cut;
  const LongPrompts long_prompts = exchange_.settings().profile.server.long_prompts;
  if (long_prompts == LongPrompts::may_be_cut && !exchange_.identity.context_tokens)
    take_details(Freshness::after_a_reply);
  return judge_prompt_fit(*report.prompt_tokens, evidence_, exchange_.identity.context_tokens, long_prompts);
}

void PromptCheck::tell_of_cut(std::uint64_t reported_tokens) {
  parts_.ledger.count_prompt_cut(exchange_.target->name);
  if (parts_.calibration.reports().note_cut(exchange_.backend_name()) == PromptReports::Notice::repeated)
    return;
  const auto context = exchange_.identity.context_tokens;
  const std::string& advice = exchange_.settings().profile.server.context_advice;
  parts_.log.warn(
      "{} {} dropped part of a prompt without an error: {} of about {} tokens were read by {}{}. Such "
      "answers are "
      "passed on and not stored. To change it: {}",
      exchange_.request_id, exchange_.target->name, reported_tokens, estimate(), exchange_.identity.model,
      context ? ", whose context is " + std::to_string(*context) + " tokens" : std::string(),
      advice.empty() ? "give the server a larger context" : advice);
}

}  // namespace anyclaude
