#include "proxy/dispatcher.h"

#include <simdjson.h>

#include "proxy/cost_settlement.h"
#include "proxy/reply_sender.h"

namespace anyclaude {
namespace {

using simdjson::dom::element;

std::size_t length_of(const element& root, std::string_view member) {
  simdjson::dom::array array;
  return root.at_key(member).get(array) == simdjson::SUCCESS ? array.size() : 0;
}

// As far as the request says it: a wrong one is refused by the server, or says nothing.
std::uint64_t answer_tokens_asked_for(const Exchange& exchange) {
  std::uint64_t tokens = kReservedAnswerTokensMax;
  if (exchange.document && exchange.document->root().is_object() &&
      exchange.document->root().at_key("max_tokens").get(tokens) != simdjson::SUCCESS)
    tokens = kReservedAnswerTokensMax;
  return tokens;
}

}  // namespace

void Dispatcher::route(Exchange& exchange) const {
  if (!parts_.router.has_routes()) return;
  RequestFacts facts;
  facts.prompt_tokens = exchange.prompt_tokens_guess;
  std::string kind;
  if (exchange.document && exchange.document->root().is_object()) {
    const element root = exchange.document->root();
    if (root.at_key("model").get(facts.model) != simdjson::SUCCESS) facts.model = {};
    const std::size_t tools = length_of(root, "tools");
    facts.tools = tools > 0 ? ToolNeed::needed : ToolNeed::none;
    if (parts_.router.asks_for_side_requests())
      kind = side_request_kind(exchange, tools, length_of(root, "messages"));
    facts.side_request = kind;
  }
  const Route* route = parts_.router.choose(facts);
  if (route == nullptr) return;
  exchange.target = route->to;
  exchange.wanted_model = route->model;
}

// Only what has the shape of one is parsed so early, and what was parsed is kept.
std::string Dispatcher::side_request_kind(Exchange& exchange, std::size_t tools, std::size_t messages) const {
  const SideRequestRules& rules = parts_.side_requests.rules;
  if (!rules.may_be_one(tools, messages)) return {};
  auto parsed = parse_messages_request(*exchange.document);
  if (!parsed) return {};
  exchange.parsed = std::move(*parsed);
  const SideRequestRule* rule = rules.recognise(exchange.http.headers.get("User-Agent"), *exchange.parsed);
  return rule == nullptr ? std::string() : rule->kind;
}

void Dispatcher::begin_attempt(Exchange& exchange) const {
  exchange.tried.push_back(exchange.target);
  exchange.may_fall_back =
      parts_.fallbacks.choose(exchange.tried, exchange.prompt_tokens_guess).next != nullptr;
}

bool Dispatcher::may_send(Exchange& exchange) const {
  const std::string& name = exchange.target->name;
  if (!exchange.may_fall_back || parts_.fallbacks.breaker().allows_request(name)) return true;
  leave_to_others(exchange, {503, "api_error", name + " failed a moment ago and was not asked again yet"},
                  FailureReason::left_alone);
  return false;
}

bool Dispatcher::may_pay(Exchange& exchange) const {
  auto reserved = parts_.costs.reserve(exchange.target->name,
                                       {exchange.prompt_tokens_guess, answer_tokens_asked_for(exchange)});
  if (reserved) {
    exchange.cost = std::move(*reserved);
    return true;
  }
  leave_to_others(exchange, to_api_error(reserved.error()), FailureReason::cost_cap);
  return false;
}

bool Dispatcher::fall_back(Exchange& exchange) const {
  const UpstreamFailure failure = *exchange.failure;
  const BackendEntry& failed = *exchange.target;
  parts_.fallbacks.breaker().failed(failed.name, failure.reason);
  parts_.ledger.count_failure(failed.name, name_of(failure.reason));
  FallbackChain::Choice choice = parts_.fallbacks.choose(exchange.tried, exchange.prompt_tokens_guess);
  exchange.too_costly = choice.too_costly;
  exchange.too_costly_why = choice.why_not;
  if (choice.next == nullptr) return false;
  parts_.log.warn("{} {} did not answer ({}: {}); {} stands in", exchange.request_id, failed.name,
                  name_of(failure.reason), failure.error.message, choice.next->name);
  parts_.ledger.count_stand_in(choice.next->name);
  if (!exchange.fallback) exchange.fallback = Fallback{&failed, failure.reason};
  exchange.begin_again(*choice.next);
  return true;
}

ApiError Dispatcher::last_word(const Exchange& exchange) const {
  ApiError error = exchange.failure->error;
  for (const std::string& why : exchange.too_costly_why) error.message += ". Nobody stood in: " + why;
  return error;
}

void Dispatcher::finish(Exchange& exchange) const {
  // An answer that broke off was paid for too.
  if (exchange.was_asked && !exchange.failure && exchange.entry.http_status == 200)
    settle_cost(parts_, exchange);
  exchange.cost.release();
  if (!exchange.was_asked || exchange.failure) return;
  if (exchange.entry.http_status > 0 && exchange.entry.http_status < 500)
    parts_.fallbacks.breaker().answered(exchange.target->name);
}

}  // namespace anyclaude
