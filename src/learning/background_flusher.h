// Writes what was learned of prompts to the store, on a thread of its own: a write waits for the disk, and
// neither this request nor the next one on its connection should.
#pragma once

#include <spdlog/logger.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "cache/entry_projects.h"
#include "metrics/ledger.h"
#include "prompt/chain/prefix_index.h"
#include "prompt/layout/prompt_orderer.h"
#include "prompt/trace/prompt_trace.h"
#include "scheduler/cost_ledger.h"
#include "storage/state_store.h"

namespace anyclaude {

// Thread-safe. What it is told before it is destroyed is written before the destructor returns.
class BackgroundFlusher {
 public:
  BackgroundFlusher(StateStore& states, PromptOrderer& prompts, PrefixIndex& prefixes, TraceRing& traces,
                    EntryProjects& projects, CostLedger& costs, Ledger& ledger, spdlog::logger& log);
  ~BackgroundFlusher();
  BackgroundFlusher(const BackgroundFlusher&) = delete;
  BackgroundFlusher& operator=(const BackgroundFlusher&) = delete;

  // There is something to write. Returns at once; requests that come close together are written together.
  void wake();
  // Returns when everything it was told before is written. For a purge, which finds what is written.
  void settle();

 private:
  enum class State { idle, woken, stopping };

  void run();
  void write();
  // Forgets everything when another process has emptied the store since it was last looked at.
  void follow_purges();

  StateStore& states_;
  PromptOrderer& prompts_;
  PrefixIndex& prefixes_;
  TraceRing& traces_;
  EntryProjects& projects_;
  CostLedger& costs_;
  Ledger& ledger_;
  spdlog::logger& log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable settled_;
  State state_ = State::idle;
  std::uint64_t rounds_begun_ = 0;
  std::uint64_t rounds_done_ = 0;
  std::string epoch_;  // of what was learned; the thread's own once it runs
  std::thread thread_;
};

}  // namespace anyclaude
