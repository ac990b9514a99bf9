#include "tools/simserver/kv_slots.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace anyclaude::sim {
namespace {

// llama.cpp's --slot-prompt-similarity.
constexpr double kSimilarityMin = 0.1;
// A slot that keeps less than this share of its content is saved before it is overwritten.
constexpr double kKeptShareMin = 0.5;
constexpr std::chrono::milliseconds kLookForLeaversEvery{10};

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

SlotLease::SlotLease(SlotLease&& other) noexcept
    : slots_(std::exchange(other.slots_, nullptr)), slot_(other.slot_), reused_(other.reused_) {}

SlotLease::~SlotLease() {
  if (slots_ != nullptr) slots_->release(slot_);
}

void SlotLease::append(std::span<const Token> tokens) {
  slots_->append(slot_, tokens);
}

KvSlots::KvSlots(int slots, std::uint64_t host_cache_mib)
    : slots_(static_cast<std::size_t>(std::max(slots, 1))), host_cache_(host_cache_mib) {}

std::optional<SlotLease> KvSlots::acquire(const SlotWish& wish, ClientWatch& client) {
  std::unique_lock lock(mutex_);
  Waiter self{&wish, std::nullopt};
  waiters_.push_back(&self);
  grant();
  while (!self.granted) {
    lock.unlock();
    const bool left = client.left();
    lock.lock();
    if (self.granted) break;  // the lease below gives the slot back if its request is gone
    if (left) {
      std::erase(waiters_, &self);
      return std::nullopt;
    }
    changed_.wait_for(lock, kLookForLeaversEvery);
  }
  const std::size_t reused = prepare(wish, *self.granted);
  return SlotLease(*this, self.granted->slot, reused);
}

KvSlots::Choice KvSlots::choice_of(std::size_t slot, const Tokens& prompt) const {
  const Tokens& held = slots_[slot].tokens;
  const bool lose_most = share(common_prefix(held, prompt), held.size()) < kKeptShareMin;
  return {static_cast<int>(slot), lose_most};
}

std::optional<KvSlots::Choice> KvSlots::choose(const SlotWish& wish) const {
  if (wish.slot && static_cast<std::size_t>(*wish.slot) < slots_.size()) {
    const auto wanted = static_cast<std::size_t>(*wish.slot);
    return slots_[wanted].busy ? std::nullopt : std::optional(choice_of(wanted, wish.prompt));
  }
  std::optional<std::size_t> most_alike;
  std::optional<std::size_t> least_recent;
  double best = kSimilarityMin;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].busy) continue;
    if (!least_recent || slots_[i].last_used <= slots_[*least_recent].last_used) least_recent = i;
    const double alike = share(common_prefix(slots_[i].tokens, wish.prompt), wish.prompt.size());
    if (alike > best) {
      best = alike;
      most_alike = i;
    }
  }
  if (most_alike) return choice_of(*most_alike, wish.prompt);
  if (least_recent) return Choice{static_cast<int>(*least_recent), true};
  return std::nullopt;
}

void KvSlots::grant() {
  for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
    (*waiter)->granted = choose(*(*waiter)->wish);
    if ((*waiter)->granted) {
      slots_[static_cast<std::size_t>((*waiter)->granted->slot)].busy = true;
      waiter = waiters_.erase(waiter);
    } else {
      ++waiter;
    }
  }
  changed_.notify_all();
}

std::size_t KvSlots::prepare(const SlotWish& wish, const Choice& choice) {
  Slot& slot = slots_[static_cast<std::size_t>(choice.slot)];
  if (choice.lose_most && host_cache_.enabled()) {
    host_cache_.save(slot.tokens);
    if (auto better = host_cache_.take_better(slot.tokens, wish.prompt)) slot.tokens = std::move(*better);
  }
  std::size_t reused = wish.reuse ? common_prefix(slot.tokens, wish.prompt) : 0;
  if (reused == wish.prompt.size() && reused > 0) --reused;
  slot.tokens.resize(reused);
  return reused;
}

void KvSlots::append(int slot, std::span<const Token> tokens) {
  const std::lock_guard lock(mutex_);
  Tokens& held = slots_[static_cast<std::size_t>(slot)].tokens;
  held.insert(held.end(), tokens.begin(), tokens.end());
}

void KvSlots::release(int slot) {
  const std::lock_guard lock(mutex_);
  slots_[static_cast<std::size_t>(slot)].busy = false;
  slots_[static_cast<std::size_t>(slot)].last_used = ++uses_;
  grant();
}

std::vector<SlotView> KvSlots::view() const {
  const std::lock_guard lock(mutex_);
  std::vector<SlotView> views;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    views.push_back({static_cast<int>(i), slots_[i].busy, slots_[i].tokens.size()});
  }
  return views;
}

std::size_t KvSlots::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

std::size_t KvSlots::host_cache_states() const {
  const std::lock_guard lock(mutex_);
  return host_cache_.states();
}

std::size_t KvSlots::host_cache_tokens() const {
  const std::lock_guard lock(mutex_);
  return host_cache_.tokens();
}

}  // namespace anyclaude::sim
