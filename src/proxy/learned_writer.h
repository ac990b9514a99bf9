// Writes what was learned of prompts to the store, on a thread of its own: a write waits for the disk, and
// neither this request nor the next one on its connection should.
#pragma once

#include <spdlog/logger.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "canonical/prompt_layer.h"
#include "metrics/ledger.h"
#include "prefix/prefix_index.h"
#include "prefix/prompt_trace.h"

namespace anyclaude {

// Thread-safe. What it is told before it is destroyed is written before the destructor returns.
class LearnedWriter {
 public:
  LearnedWriter(PromptLayer& prompts, PrefixIndex& prefixes, TraceRing& traces, Ledger& ledger,
                spdlog::logger& log);
  ~LearnedWriter();
  LearnedWriter(const LearnedWriter&) = delete;
  LearnedWriter& operator=(const LearnedWriter&) = delete;

  // There is something to write. Returns at once; requests that come close together are written together.
  void wake();

 private:
  enum class State { idle, woken, stopping };

  void run();
  void write();

  PromptLayer& prompts_;
  PrefixIndex& prefixes_;
  TraceRing& traces_;
  Ledger& ledger_;
  spdlog::logger& log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::idle;
  std::thread thread_;
};

}  // namespace anyclaude
