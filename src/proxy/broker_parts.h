// What the proxy is built from. app/ makes the parts and hands them in; nothing here is owned.
#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <string>

#include "backend/tokens/token_estimate.h"
#include "base/clock.h"
#include "cache/cache_status.h"
#include "cache/entry_projects.h"
#include "cache/repeat_guard.h"
#include "canonical/canonical_request.h"
#include "http/net/waiter.h"
#include "http/server/request_guard.h"
#include "learning/background_flusher.h"
#include "metrics/ledger.h"
#include "prompt/chain/prefix_index.h"
#include "prompt/layout/prompt_orderer.h"
#include "prompt/layout/side_request.h"
#include "prompt/trace/prompt_trace.h"
#include "scheduler/backend_set.h"
#include "scheduler/cost_ledger.h"
#include "scheduler/fallback_chain.h"
#include "scheduler/router.h"
#include "storage/response_store.h"
#include "storage/store_secrets.h"

namespace anyclaude {

struct CacheSettings {
  CacheMode mode = CacheMode::on;
  std::chrono::seconds ttl = limits::kStoreTtlDefault;
};

struct SideRequestSettings {
  SideRequestHandling handling = SideRequestHandling::forward;
  SideRequestRules rules = SideRequestRules::built_in();
};

// Every part is thread-safe and outlives the proxy.
struct BrokerParts {
  const Clock& clock;
  BackendSet& backends;
  const Router& router;
  FallbackChain& fallbacks;
  CostLedger& costs;
  ResponseStore& store;
  const StoreSecrets& secrets;
  RepeatGuard& repeats;
  TokenCalibration& calibration;
  PromptOrderer& prompts;
  PrefixIndex& prefixes;
  TraceRing& traces;
  EntryProjects& projects;
  BackgroundFlusher& learned;
  Ledger& ledger;
  const RequestGuard& guard;
  spdlog::logger& log;
  Waiter& waiter;
  CacheSettings cache;
  OrderingLevel level = OrderingLevel::standard;
  SideRequestSettings side_requests = {};
  // Of this process, random (via_mark.h): a request that carries it has been here before. Empty: none does.
  std::string via_mark = {};
};

}  // namespace anyclaude
