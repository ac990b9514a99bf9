// Lets transactions in, except while the memory map is moved.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace anyclaude::lmdb {

// LMDB forbids mdb_env_set_mapsize while a transaction of this process is alive. Every transaction enters and
// leaves; the thread that moves the map closes the gate, which waits until all have left. Waiting
// transactions do not overtake a closing gate, so that a stream of readers cannot keep it open.
class MapGate {
 public:
  void enter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !closed_; });
    ++inside_;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    --inside_;
    if (inside_ == 0) changed_.notify_all();
  }

  // True once no transaction is inside and none can get in; open() ends that. False when it took longer than
  // `wait_max`.
  bool close(std::chrono::milliseconds wait_max) {
    std::unique_lock lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + wait_max;
    if (!changed_.wait_until(lock, deadline, [this] { return !closed_; })) return false;
    closed_ = true;
    if (changed_.wait_until(lock, deadline, [this] { return inside_ == 0; })) return true;
    closed_ = false;
    changed_.notify_all();
    return false;
  }

  void open() {
    const std::lock_guard lock(mutex_);
    closed_ = false;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  bool closed_ = false;
};

}  // namespace anyclaude::lmdb
