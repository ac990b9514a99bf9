#include "scheduler/router.h"
#include "messages/request/body_tokens.h"

#include <algorithm>
#include <utility>

namespace anyclaude {
namespace {

// Claude Code's bodies, JSON and all, against what a model's vocabulary makes of them.

bool fits(const RoutingCondition& when, const RequestFacts& facts) {
  if (!when.model.empty() && !matches_pattern(when.model, facts.model)) return false;
  if (when.tools != ToolNeed::either && when.tools != facts.tools) return false;
  if (when.prompt_tokens_over && facts.prompt_tokens <= *when.prompt_tokens_over) return false;
  if (when.prompt_tokens_under && facts.prompt_tokens >= *when.prompt_tokens_under) return false;
  if (when.side_request.empty()) return true;
  return !facts.side_request.empty() && matches_pattern(when.side_request, facts.side_request);
}

}  // namespace

Router::Router(std::vector<Route> routes)
    : routes_(std::move(routes)),
      asks_for_side_requests_(std::ranges::any_of(
          routes_, [](const Route& route) { return !route.when.side_request.empty(); })) {}

Result<Router> Router::make(const std::vector<RoutingRule>& rules, BackendSet& backends) {
  std::vector<Route> routes;
  for (const RoutingRule& rule : rules) {
    const std::string place = "routing." + std::to_string(routes.size() + 1) + ": ";
    const auto entry = backends.get(rule.backend);
    if (!entry) return fail(ErrorKind::invalid_request, ErrorSource::config, place + entry.error().message);
    if (!rule.model.empty() && (*entry)->backend->settings().profile.lane() == Lane::verbatim)
      return fail(
          ErrorKind::invalid_request, ErrorSource::config,
          place + (*entry)->name + " gets requests as the client sent them, so a rule cannot name its model");
    routes.push_back({rule.when, *entry, rule.model});
  }
  return Router(std::move(routes));
}

const Route* Router::choose(const RequestFacts& facts) const {
  for (const Route& route : routes_)
    if (fits(route.when, facts)) return &route;
  return nullptr;
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t at = 0, in_text = 0;
  // Where to go on when a letter behind the last star does not fit: the star then stands for one more.
  std::size_t star = std::string_view::npos, star_text = 0;
  while (in_text < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      star_text = in_text;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[in_text])) {
      ++at;
      ++in_text;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in_text = ++star_text;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(at), pattern.end(),
                     [](char c) { return c == '*'; });
}

}  // namespace anyclaude
