#include "proxy/request_pipeline.h"

#include <nlohmann/json.hpp>

#include "backend/identity/model_list.h"
#include "base/bounded_json.h"
#include "base/random_id.h"
#include "cache/cacheability.h"
#include "cache/partition.h"
#include "http/wire/via_mark.h"
#include "messages/request/body_tokens.h"
#include "messages/request/request_bounds.h"
#include "prompt/chain/prompt_chain.h"
#include "prompt/rules/working_directory.h"
#include "proxy/exchange_key.h"
#include "proxy/key_material.h"
#include "proxy/own_thinking.h"
#include "proxy/relay.h"
#include "proxy/replay.h"
#include "proxy/reply_headers.h"
#include "proxy/reply_sender.h"

namespace anyclaude {
namespace {

// A message with `text`, as the store would keep it. Its tokens are unknown; one is the least a client takes
// for an answer.
std::string text_message_json(std::string_view model, std::string_view text) {
  return nlohmann::json{{"type", "message"},
                        {"role", "assistant"},
                        {"model", model},
                        {"content", {{{"type", "text"}, {"text", text}}}},
                        {"stop_reason", "end_turn"},
                        {"stop_sequence", nullptr},
                        {"usage", {{"input_tokens", 1}, {"output_tokens", 1}}}}
      .dump();
}

}  // namespace

void RequestPipeline::handle(HttpRequest& request, ResponseWriter& client) {
  Exchange exchange(request, client, parts_.backends.current(), random_id("req_"), parts_.clock.steady_now());
  run(exchange, request);
  run_finish(exchange);
}

void RequestPipeline::run(Exchange& exchange, HttpRequest& request) {
  exchange.control =
      parse_cache_control(request.headers.get("Cache-Control"), request.headers.get(kCacheControlHeader));
  if (read_body(exchange, request) == Next::answered) return;
  dispatcher_.route(exchange);
  run_attempt(exchange);
  while (exchange.failure && dispatcher_.fall_back(exchange)) run_attempt(exchange);
  if (exchange.failure) send_error(exchange, dispatcher_.last_word(exchange));
}

void RequestPipeline::run_attempt(Exchange& exchange) {
  dispatcher_.begin_attempt(exchange);
  if (run_key(exchange) == Next::answered) return;
  if (exchange.key) {
    if (const auto stored = run_lookup(exchange)) return run_replay(exchange, *stored);
  }
  if (exchange.control.only_if_cached)
    return send_error(exchange, {504, "not_found_error",
                                 "the answer is not in the cache, and only-if-cached was asked for"});
  if (run_parse(exchange) == Next::answered) return;
  // Before the prompt is put in order, which moves that line.
  if (exchange.parsed) exchange.working_directory = find_working_directory(*exchange.parsed);
  if (answer_side_request(exchange) == Next::answered) return;
  run_order(exchange);
  run_derive(exchange);
  run_forward(exchange);
}

void RequestPipeline::bypass(Exchange& exchange, BypassReason reason) {
  exchange.status = CacheStatus::bypass;
  exchange.bypass = reason;
  exchange.key.reset();
}

// --- Key ---

// Parses the body where it is needed. A body that is not JSON is refused in both lanes; one that is too large
// to hash or too deep to read is forwarded as it is by the verbatim lane, when no other server can come into
// it.
RequestPipeline::Next RequestPipeline::read_body(Exchange& exchange, HttpRequest& request) {
  exchange.prompt_tokens_guess = tokens_of_body(request.body.size());
  const bool only_passes = exchange.lane() == Lane::verbatim && !parts_.router.has_routes() &&
                           !parts_.fallbacks.choose({}, 0).next;
  if (only_passes && request.body.size() > limits::kCacheableBodyBytesMax) return Next::go_on;
  auto document = JsonDocument::parse(std::move(request.body));
  if (!document && only_passes && is_json_too_deep(request.body)) {
    bypass(exchange, BypassReason::body_too_deep);
    return Next::go_on;
  }
  if (!document) {
    send_error(exchange, to_api_error(document.error()));
    return Next::answered;
  }
  exchange.document = std::move(*document);
  return Next::go_on;
}

RequestPipeline::Next RequestPipeline::run_key(Exchange& exchange) {
  exchange.session_id = std::string(exchange.http.headers.get("X-Claude-Code-Session-Id"));
  CanonicalFindings findings;
  KeyMaterial material;
  if (exchange.lane() == Lane::verbatim) {
    exchange.upstream_headers = verbatim_headers(exchange.http, exchange.settings());
    material = key_material(exchange.http, exchange.upstream_headers);
  }
  if (exchange.document) {
    if (exchange.lane() == Lane::verbatim) {
      remove_own_thinking(exchange);
    } else if (const Status status = check_request_bounds(*exchange.document); !status) {
      send_error(exchange, to_api_error(status.error()));
      return Next::answered;
    }
    auto canonical =
        canonicalize(exchange.said(), {exchange.lane(), parts_.level, material.anthropic_beta,
                                       material.anthropic_version, material.headers, material.query});
    if (canonical) {
      findings = canonical->findings;
      if (exchange.session_id.empty()) exchange.session_id = canonical->session_id;
      exchange.canonical = std::move(*canonical);
    } else if (exchange.lane() == Lane::rewritten) {
      send_error(exchange, to_api_error(canonical.error()));
      return Next::answered;
    } else {
      // Anthropic's answer to a request that makes no sense is Anthropic's to give.
      findings.unknown_block = true;
    }
  }
  exchange.partition = partition_of(exchange.lane(), {{}, material.credentials}, parts_.secrets.primary);
  if (identify_backend(exchange) == Next::answered) return Next::answered;
  if (exchange.bypass) return Next::go_on;
  if (const auto reason = bypass_reason(findings, exchange.lane(), parts_.cache.mode, exchange.control,
                                        exchange.body().size()))
    bypass(exchange, *reason);
  else
    make_key(exchange);
  return Next::go_on;
}

// What a local model thought, Anthropic would refuse for ever.
void RequestPipeline::remove_own_thinking(Exchange& exchange) {
  auto cut = cut_own_thinking(*exchange.document);
  if (!cut) return;
  auto document = JsonDocument::parse(std::move(cut->body));
  if (!document) {
    parts_.log.error("{} a body without its own thinking could not be read: {}", exchange.request_id,
                     document.error().message);
    return;
  }
  exchange.without_own_thinking = std::move(*document);
  exchange.own_thinking_removed = cut->blocks;
  exchange.parsed.reset();
  parts_.ledger.count_own_thinking_removed(cut->blocks);
  parts_.log.info("{} own_thinking_removed: {} blocks of a local model's thinking do not go to {}",
                  exchange.request_id, cut->blocks, exchange.target->name);
}

// A server that cannot be asked may still be able to answer (some answer one request at a time); without a
// model's name there is nothing to send it.
RequestPipeline::Next RequestPipeline::identify_backend(Exchange& exchange) {
  if (exchange.lane() == Lane::rewritten && !dispatcher_.may_send(exchange)) return Next::answered;
  auto identity = exchange.backend().identity(via_of(exchange.http.headers));
  const std::string& configured = exchange.settings().model;
  if (!identity) {
    const ErrorKind kind = identity.error().kind;
    const bool is_down = kind == ErrorKind::unavailable || kind == ErrorKind::loop;
    const bool may_answer =
        (kind == ErrorKind::unavailable && !exchange.may_fall_back) || kind == ErrorKind::timed_out;
    bypass(exchange, BypassReason::backend_unidentified);
    if (!may_answer || configured.empty()) {
      if (is_down)
        leave_to_others(exchange, to_api_error(identity.error()), FailureReason::unreachable);
      else
        send_error(exchange, to_api_error(identity.error()));
      return Next::answered;
    }
    exchange.identity.model = exchange.wanted_model.empty() ? configured : exchange.wanted_model;
    return Next::go_on;
  }
  exchange.identity = std::move(*identity);
  if (exchange.lane() == Lane::verbatim || !exchange.canonical) return Next::go_on;
  const BackendProfile& profile = exchange.settings().profile;
  if (exchange.wanted_model.empty()) {
    choose_requested_model(exchange.identity, exchange.canonical->model, profile);
  } else {
    // A server need not list a model to have it.
    choose_requested_model(exchange.identity, exchange.wanted_model, profile);
    exchange.identity.model = exchange.wanted_model;
  }
  return Next::go_on;
}

void RequestPipeline::make_key(Exchange& exchange) {
  exchange.key = cache_key_of(parts_, exchange);
  exchange.status = CacheStatus::miss;
}

// --- Lookup ---

std::optional<StoredResponse> RequestPipeline::run_lookup(Exchange& exchange) {
  const auto missed = [&](MissReason reason) {
    exchange.miss = reason;
    return std::nullopt;
  };
  if (parts_.cache.mode == CacheMode::write_only) return missed(MissReason::write_only);
  if (exchange.control.no_cache) return missed(MissReason::no_cache);
  if (parts_.repeats.check(exchange.session_id, exchange.key->primary) == Repetition::asked_again)
    return missed(MissReason::asked_again);

  auto found = parts_.store.find(*exchange.key);
  if (!found) {
    parts_.ledger.count_store_error();
    parts_.log.warn("{} the store could not be read: {}", exchange.request_id, found.error().message);
    bypass(exchange, BypassReason::store_error);
    return std::nullopt;
  }
  if (!*found) *found = adopt_import(exchange);
  if (!*found || (*found)->producer_revision != producer_revision(exchange.settings().rescue))
    return missed(MissReason::not_found);
  const std::int64_t age_ms = unix_milliseconds(parts_.clock.system_now()) - (*found)->created_at_ms;
  exchange.age_s = std::max<std::int64_t>(age_ms / 1000, 0);
  if (exchange.control.max_age && exchange.age_s > exchange.control.max_age->count())
    return missed(MissReason::max_age);
  exchange.status = CacheStatus::hit;
  return std::move(*found);
}

// An imported answer is known by what was asked, and gets its key in this store from the first who asks.
std::optional<StoredResponse> RequestPipeline::adopt_import(Exchange& exchange) {
  if (parts_.cache.mode != CacheMode::on || exchange.control.no_store || !parts_.store.has_imports())
    return std::nullopt;
  auto adopted = parts_.store.adopt(canonical_sha256_of(parts_, exchange), exchange.partition, *exchange.key);
  if (adopted) return std::move(*adopted);
  parts_.ledger.count_store_error();
  parts_.log.warn("{} an imported answer could not be taken over: {}", exchange.request_id,
                  adopted.error().message);
  return std::nullopt;
}

// --- Replay ---

void RequestPipeline::run_replay(Exchange& exchange, const StoredResponse& stored) {
  auto reply = render_replay(stored, exchange.canonical->delivery);
  if (!reply) {
    // The record verified but is not a message: no request can use it.
    (void)parts_.store.remove(exchange.key->primary);
    return send_error(exchange, to_api_error(reply.error()));
  }
  RequestEntry& entry = exchange.entry;
  entry.http_status = 200;
  entry.saved_prompt_tokens = stored.input_tokens;
  entry.saved_output_tokens = stored.output_tokens;
  entry.saved_generation_ms = stored.generation_ms;
  if (!exchange.client.send(200, own_reply_headers(reply->content_type, exchange), reply->body))
    entry.end = RequestEntry::End::client_left;
}

// --- Parse, order, derive, forward ---

RequestPipeline::Next RequestPipeline::run_parse(Exchange& exchange) {
  if (!exchange.document || exchange.parsed) return Next::go_on;
  auto parsed = parse_messages_request(exchange.said());
  if (parsed) {
    exchange.parsed = std::move(*parsed);
    return Next::go_on;
  }
  if (exchange.lane() == Lane::verbatim) {
    bypass(exchange, BypassReason::unknown_block);
    return Next::go_on;
  }
  send_error(exchange, to_api_error(parsed.error()));
  return Next::answered;
}

// A title needs no model, and asking one would throw the conversation out of a server's only slot.
RequestPipeline::Next RequestPipeline::answer_side_request(Exchange& exchange) {
  const SideRequestSettings& settings = parts_.side_requests;
  if (exchange.lane() == Lane::verbatim || settings.handling == SideRequestHandling::forward)
    return Next::go_on;
  const SideRequestRule* rule =
      settings.rules.recognise(exchange.http.headers.get("User-Agent"), *exchange.parsed);
  if (rule == nullptr || rule->kind != "title") return Next::go_on;
  const std::string title = title_from_words(*exchange.parsed);
  if (title.empty()) return Next::go_on;
  StoredResponse answer;
  answer.message_json = text_message_json(exchange.parsed->model, nlohmann::json{{"title", title}}.dump());
  const auto reply = render_replay(answer, exchange.parsed->delivery);
  if (!reply) return Next::go_on;
  bypass(exchange, BypassReason::side_request_local);
  exchange.miss.reset();
  exchange.entry.http_status = 200;
  if (!exchange.client.send(200, own_reply_headers(reply->content_type, exchange), reply->body))
    exchange.entry.end = RequestEntry::End::client_left;
  return Next::answered;
}

void RequestPipeline::run_order(Exchange& exchange) {
  if (exchange.lane() == Lane::verbatim) return;
  const std::string project = parts_.projects.name_of(exchange.working_directory);
  const OrderReport report = parts_.prompts.order(
      *exchange.parsed,
      {exchange.partition, exchange.http.headers.get("x-claude-code-agent-id"), exchange.session_id,
       exchange.may_learn() ? Learning::allowed : Learning::forbidden, project});
  parts_.log.debug("{} {} conversation, {} lines moved or dropped, {} updates", exchange.request_id,
                   report.continues ? "known" : "new", report.effects.size(), report.updates);
}

// What the server is likely to hold of this prompt, to be compared with its report.
void RequestPipeline::run_derive(Exchange& exchange) {
  if (exchange.lane() == Lane::verbatim) return;
  exchange.chain = make_prompt_chain(*exchange.parsed, TemplateOrder::tools_last, parts_.secrets.primary);
  exchange.expected_reuse = parts_.prefixes.expect(exchange.backend_name(), *exchange.chain).fraction;
}

void RequestPipeline::run_forward(Exchange& exchange) {
  if (exchange.lane() == Lane::verbatim && !dispatcher_.may_send(exchange)) return;
  if (!dispatcher_.may_pay(exchange)) return;
  exchange.was_asked = true;
  if (exchange.lane() == Lane::verbatim)
    verbatim_.forward(exchange);
  else
    rewritten_.forward(exchange);
}

// --- Finish ---

void RequestPipeline::keep_learned(Exchange& exchange) {
  if (!exchange.chain) return;
  const RequestEntry& entry = exchange.entry;
  if (exchange.may_learn()) {
    const std::string project = parts_.projects.name_of(exchange.working_directory);
    for (const ArgumentListener::Heard& call : exchange.arguments.heard())
      parts_.prompts.remember_arguments(call.tool_use_id, call.text, project);
    if (entry.http_status == 200) parts_.prefixes.note_served(exchange.backend_name(), 0, *exchange.chain);
    trace(exchange);
  }
  parts_.learned.wake();
}

// For those who ask later why the server read so much.
void RequestPipeline::trace(const Exchange& exchange) {
  const RequestEntry& entry = exchange.entry;
  PromptTrace trace = trace_prompt(*exchange.parsed, parts_.traces.detail(), parts_.secrets.primary,
                                   kRecentRequestsTable.value_bytes_max);
  trace.request_id = exchange.request_id;
  trace.project = parts_.projects.name_of(exchange.working_directory);
  trace.at_ms = unix_milliseconds(parts_.clock.system_now());
  trace.prompt_tokens =
      entry.prompt_tokens_prefilled + entry.prompt_tokens_reused + entry.prompt_tokens_unknown;
  trace.reused_tokens = entry.prompt_tokens_reused;
  trace.expected_tokens = entry.prompt_tokens_expected;
  parts_.traces.add(std::move(trace));
}

void RequestPipeline::run_finish(Exchange& exchange) {
  RequestEntry& entry = exchange.entry;
  const auto total = parts_.clock.steady_now() - exchange.received_at;
  entry.total_ms = std::chrono::duration<double, std::milli>(total).count();
  if (entry.first_byte_ms <= 0) entry.first_byte_ms = entry.total_ms;
  entry.status = name_of(exchange.status);
  entry.backend = exchange.target->name;
  if (exchange.bypass) entry.reason = name_of(*exchange.bypass);
  if (exchange.miss) entry.reason = name_of(*exchange.miss);
  if (entry.end == RequestEntry::End::delivered && entry.http_status == 200 && exchange.key)
    parts_.repeats.delivered(exchange.session_id, exchange.key->primary);
  dispatcher_.finish(exchange);
  keep_learned(exchange);
  parts_.ledger.add(entry);
  parts_.log.info("{} {} {} {}{}{} {:.1f} ms prefilled={} reused={} expected={}{}{}", exchange.request_id,
                  entry.backend, entry.http_status, entry.status, entry.reason.empty() ? "" : " ",
                  entry.reason, entry.total_ms, entry.prompt_tokens_prefilled + entry.prompt_tokens_unknown,
                  entry.prompt_tokens_reused, entry.prompt_tokens_expected,
                  entry.admission.empty() ? "" : " ", entry.admission);
}

}  // namespace anyclaude
