// The places in which the model keeps what it has read, given to requests in the order they came.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "tools/simserver/client_watch.h"
#include "tools/simserver/host_cache.h"
#include "tools/simserver/tokenizer.h"

namespace anyclaude::sim {

class KvSlots;

struct SlotWish {
  const Tokens& prompt;
  std::optional<int> slot = std::nullopt;  // only this one; any when absent
  bool reuse = true;                       // false: forget what the slot holds
};

// A slot in use. Gives it back when destroyed; what was read and generated stays in it.
class SlotLease {
 public:
  SlotLease(SlotLease&& other) noexcept;
  SlotLease(const SlotLease&) = delete;
  SlotLease& operator=(SlotLease&&) = delete;
  ~SlotLease();

  int slot() const { return slot_; }
  // How many of the prompt's first tokens need no prefill. Always less than the prompt: the last token is
  // read anew, for its output is what the answer begins with.
  std::size_t reused() const { return reused_; }
  void append(std::span<const Token> tokens);

 private:
  friend class KvSlots;
  SlotLease(KvSlots& slots, int slot, std::size_t reused) : slots_(&slots), slot_(slot), reused_(reused) {}

  KvSlots* slots_;
  int slot_;
  std::size_t reused_;
};

struct SlotView {
  int id = 0;
  bool busy = false;
  std::size_t tokens = 0;
};

// Thread-safe.
class KvSlots {
 public:
  KvSlots(int slots, std::uint64_t host_cache_mib);

  // Waits until the request's turn has come and a slot is free. Requests are served in the order they came;
  // one that waits for a slot of its own does not hold up those behind it. Nothing when the client left.
  //
  // Chosen as llama.cpp chooses: the free slot that holds the longest beginning of the prompt, if that is
  // more than a tenth of the prompt, else the one least recently used. A state that would mostly be lost goes
  // to the host cache first, and a better one comes back from there.
  std::optional<SlotLease> acquire(const SlotWish& wish, ClientWatch& client);

  std::vector<SlotView> view() const;
  std::size_t waiting() const;
  std::size_t size() const { return slots_.size(); }
  std::size_t host_cache_states() const;
  std::size_t host_cache_tokens() const;

 private:
  friend class SlotLease;

  struct Slot {
    Tokens tokens;
    bool busy = false;
    std::uint64_t last_used = 0;
  };
  struct Choice {
    int slot;
    bool lose_most;  // of what it holds
  };
  struct Waiter {
    const SlotWish* wish;
    std::optional<Choice> granted;
  };

  std::optional<Choice> choose(const SlotWish& wish) const;
  Choice choice_of(std::size_t slot, const Tokens& prompt) const;
  void grant();  // gives free slots to waiters, first come first served
  std::size_t prepare(const SlotWish& wish, const Choice& choice);
  void append(int slot, std::span<const Token> tokens);
  void release(int slot);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot> slots_;
  std::deque<Waiter*> waiters_;
  HostCache host_cache_;
  std::uint64_t uses_ = 0;
};

}  // namespace anyclaude::sim
