// The simulated model: renders, finds a slot, reads what the slot does not hold, and speaks.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "tools/simserver/chat_request.h"
#include "tools/simserver/chat_template.h"
#include "tools/simserver/client_watch.h"
#include "tools/simserver/kv_slots.h"
#include "tools/simserver/pace.h"
#include "tools/simserver/reply_sink.h"
#include "tools/simserver/script.h"
#include "tools/simserver/stats.h"

namespace anyclaude::sim {

struct EngineOptions {
  int slots = 1;
  std::uint64_t host_cache_mib = 0;
  std::size_t context_tokens = 131'072;  // for each slot
  TemplateOrder order = TemplateOrder::tools_last;
  PaceOptions pace;
};

// A request that is ready to run.
struct PreparedPrompt {
  Tokens tokens;
  PromptIdentity identity;
  Reply reply;
};

enum class RunEnd { complete, client_left, prompt_too_long };

// Thread-safe: any number of requests at a time. Without delays configured, the same requests in the same
// order give the same replies and the same figures on every run.
class Engine {
 public:
  Engine(EngineOptions options, Script script)
      : options_(options),
        script_(std::move(script)),
        slots_(options.slots, options.host_cache_mib),
        pace_(options.pace) {}

  std::string render(const ChatRequest& request) const { return render_prompt(request, options_.order); }
  PreparedPrompt prepare(const ChatRequest& request) const;
  // Runs to the end, or until the client leaves: also while it waits for a slot and while the prompt is read.
  // What was read by then stays in the slot. prompt_too_long is found before anything else is done.
  RunEnd run(const ChatRequest& request, const PreparedPrompt& prompt, ReplySink& sink, ClientWatch& client);

  // Makes every running request end as if its client had left.
  void stop() { stopping_ = true; }

  const EngineOptions& options() const { return options_; }
  const KvSlots& slots() const { return slots_; }
  Stats& stats() { return stats_; }
  const Stats& stats() const { return stats_; }

 private:
  RunEnd run_in_slot(const ChatRequest& request, const PreparedPrompt& prompt, SlotLease& lease,
                     ReplySink& sink, ClientWatch& client);
  RunEnd prefill(const ChatRequest& request, const PreparedPrompt& prompt, SlotLease& lease, ReplySink& sink,
                 ClientWatch& client);
  RunEnd decode(const ChatRequest& request, const PreparedPrompt& prompt, SlotLease& lease, ReplySink& sink,
                ClientWatch& client);

  const EngineOptions options_;
  const Script script_;
  KvSlots slots_;
  Pace pace_;
  Stats stats_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace anyclaude::sim
