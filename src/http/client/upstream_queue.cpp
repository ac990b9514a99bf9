#include "http/client/upstream_queue.h"

#include "base/limits.h"

namespace anyclaude {

bool UpstreamQueue::push(UpstreamSignal signal) {
  std::unique_lock lock(mutex_);
  // The end is always taken in: it has no bytes, and says why there are no more.
  const bool is_end = std::holds_alternative<UpstreamDone>(signal);
  if (!is_end) has_room_.wait(lock, [&] { return closed_ || bytes_ < limits::kUpstreamQueueBytesMax; });
  if (closed_ && !is_end) return false;
  const auto* piece = std::get_if<UpstreamBytes>(&signal);
  bytes_ += piece ? piece->bytes.size() : 0;
  auto* last = signals_.empty() ? nullptr : std::get_if<UpstreamBytes>(&signals_.back());
  if (piece && last) {
    // A consumer that is behind gets what piled up in one piece.
    last->bytes += piece->bytes;
  } else {
    signals_.push_back(std::move(signal));
  }
  event_.signal();
  return true;
}

std::optional<UpstreamSignal> UpstreamQueue::take() {
  const std::lock_guard lock(mutex_);
  if (signals_.empty()) return std::nullopt;
  UpstreamSignal signal = std::move(signals_.front());
  signals_.pop_front();
  if (const auto* piece = std::get_if<UpstreamBytes>(&signal)) bytes_ -= piece->bytes.size();
  if (signals_.empty()) event_.clear();
  has_room_.notify_one();
  return signal;
}

void UpstreamQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  has_room_.notify_all();
}

}  // namespace anyclaude
