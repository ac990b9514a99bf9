#include "scheduler/shared_write.h"

namespace anyclaude {

Status SharedWrite::run(const std::function<Status()>& write) {
  std::unique_lock lock(mutex_);
  // A write that has begun may be past what this caller has to say.
  const std::uint64_t wanted = begun_ + 1;
  const bool has_company = phase_ == Phase::writing;
  const auto is_done = [&] {
    return phase_ == Phase::resting || begun_ > wanted;  // the wanted one has ended when the next has begun
  };
  if (!ended_.wait_for(lock, wait_max_, is_done))
    return fail(ErrorKind::timed_out, ErrorSource::store,
                "Another write to the store takes long; this one was not waited for.", Retry::later);
  if (begun_ >= wanted || (has_company && !last_)) return last_;
  ++begun_;
  phase_ = Phase::writing;
  lock.unlock();
  Status status = write();
  lock.lock();
  phase_ = Phase::resting;
  last_ = status;
  ended_.notify_all();
  return status;
}

}  // namespace anyclaude
