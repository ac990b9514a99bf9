#include "metrics/ledger.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace anyclaude {
namespace {

using nlohmann::json;

template <typename Map>
void count(Map& counts, std::string_view name) {
  const auto found = counts.find(name);
  if (found == counts.end())
    counts.emplace(std::string(name), 1);
  else
    ++found->second;
}

}  // namespace

void Ledger::Times::add(double value_ms) {
  ++count;
  sum_ms += value_ms;
  max_ms = std::max(max_ms, value_ms);
}

void Ledger::add(const RequestEntry& entry) {
  const std::lock_guard lock(mutex_);
  ++total_;
  count(by_status_, entry.status);
  // A request that was refused before anything could be looked up has no reason to be counted under.
  if (entry.status == "BYPASS" && !entry.reason.empty()) count(bypass_reasons_, entry.reason);
  if (entry.status == "MISS") count(miss_reasons_, entry.reason);
  if (!entry.admission.empty()) count(admissions_, entry.admission);
  ++by_http_status_[entry.http_status];
  if (entry.end == RequestEntry::End::client_left) ++client_left_;
  if (entry.end == RequestEntry::End::failed) ++failed_;

  retries_ += entry.retries;

  auto& tokens = tokens_[static_cast<std::size_t>(entry.prompt_certainty)];
  tokens.prefilled += entry.prompt_tokens_prefilled;
  tokens.reused += entry.prompt_tokens_reused;
  unknown_prompt_tokens_ += entry.prompt_tokens_unknown;
  expected_prompt_tokens_ += entry.prompt_tokens_expected;
  if (entry.prompt_certainty == Certainty::measured &&
      looks_evicted(entry.prompt_tokens_expected, entry.prompt_tokens_reused))
    ++evictions_;
  saved_prompt_tokens_ += entry.saved_prompt_tokens;
  saved_output_tokens_ += entry.saved_output_tokens;
  saved_generation_ms_ += entry.saved_generation_ms;

  if (!entry.backend.empty()) {
    Server& server = servers_[std::string(entry.backend)];
    ++server.requests;
    count(server.by_status, entry.status);
    auto& of_server = server.tokens[static_cast<std::size_t>(entry.prompt_certainty)];
    of_server.prefilled += entry.prompt_tokens_prefilled;
    of_server.reused += entry.prompt_tokens_reused;
    server.unknown_prompt_tokens += entry.prompt_tokens_unknown;
    server.output_tokens += entry.output_tokens;
  }

  total_times_[std::string(entry.status)].add(entry.total_ms);
  first_byte_times_[std::string(entry.status)].add(entry.first_byte_ms);
}

void Ledger::count_store_error() {
  const std::lock_guard lock(mutex_);
  ++store_errors_;
}

void Ledger::count_failure(std::string_view backend, std::string_view reason) {
  const std::lock_guard lock(mutex_);
  count(servers_[std::string(backend)].failures, reason);
}

void Ledger::count_stand_in(std::string_view backend) {
  const std::lock_guard lock(mutex_);
  ++servers_[std::string(backend)].stood_in;
}

void Ledger::count_prompt_cut(std::string_view backend) {
  const std::lock_guard lock(mutex_);
  ++servers_[std::string(backend)].prompts_cut;
}

void Ledger::count_own_thinking_removed(std::uint64_t blocks) {
  const std::lock_guard lock(mutex_);
  ++own_thinking_requests_;
  own_thinking_blocks_ += blocks;
}

// With mutex_ held.
json Ledger::servers_json() const {
  json out = json::object();
  for (const auto& [name, server] : servers_) {
    const auto& measured = server.tokens[static_cast<std::size_t>(Certainty::measured)];
    out[name] = {{"requests", server.requests},
                 {"by_status", server.by_status},
                 {"failures", server.failures},
                 {"stood_in", server.stood_in},
                 {"prompts_cut_short", server.prompts_cut},
                 {"prompt_tokens",
                  {{"measured", {{"prefilled", measured.prefilled}, {"reused", measured.reused}}},
                   {"unknown", {{"prompt_tokens", server.unknown_prompt_tokens}}}}},
                 {"output_tokens", server.output_tokens}};
  }
  return out;
}

json Ledger::snapshot() const {
  const std::lock_guard lock(mutex_);
  const auto times = [](const auto& by_status) {
    json out = json::object();
    for (const auto& [status, value] : by_status)
      out[status] = {{"count", value.count}, {"sum_ms", value.sum_ms}, {"max_ms", value.max_ms}};
    return out;
  };
  const auto tokens = [&](Certainty certainty) {
    const auto& value = tokens_[static_cast<std::size_t>(certainty)];
    return json{{"prefilled", value.prefilled}, {"reused", value.reused}};
  };
  json http_statuses = json::object();
  for (const auto& [status, number] : by_http_status_) http_statuses[std::to_string(status)] = number;
  json by_status = {{"HIT", 0}, {"MISS", 0}, {"BYPASS", 0}, {"COALESCED", 0}};
  by_status.update(json(by_status_));

  const double uptime_s = std::chrono::duration<double>(clock_.steady_now() - started_).count();
  return {
      {"uptime_seconds", uptime_s},
      {"requests",
       {{"total", total_},
        {"by_status", by_status},
        {"bypass_reasons", bypass_reasons_},
        {"miss_reasons", miss_reasons_},
        {"by_http_status", http_statuses},
        {"client_left", client_left_},
        {"failed", failed_},
        {"retries", retries_}}},
      {"admission", admissions_},
      {"backends", servers_json()},
      {"own_thinking_removed", {{"requests", own_thinking_requests_}, {"blocks", own_thinking_blocks_}}},
      {"prompt_tokens",
       {{"measured", tokens(Certainty::measured)},
        {"estimated", tokens(Certainty::estimated)},
        {"unknown", {{"prompt_tokens", unknown_prompt_tokens_}}}}},
      {"prefix",
       {{"expected_reused_tokens", {{"estimated", expected_prompt_tokens_}}},
        {"reused_tokens", {{"measured", tokens_[static_cast<std::size_t>(Certainty::measured)].reused}}},
        {"evicted_by_server", evictions_}}},
      {"saved_by_hits",
       {{"prompt_tokens", saved_prompt_tokens_},
        {"output_tokens", saved_output_tokens_},
        {"generation_ms", saved_generation_ms_}}},
      {"times", {{"total", times(total_times_)}, {"first_byte", times(first_byte_times_)}}},
      {"store_errors", store_errors_},
  };
}

}  // namespace anyclaude
