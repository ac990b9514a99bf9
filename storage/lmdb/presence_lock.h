// Says to other processes that this one has the store open, that it is writing, or that it is replacing the
// file. The kernel takes the locks back when a process dies.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>

#include "base/error.h"

namespace anyclaude::lmdb {

inline constexpr const char* kPresenceFileName = "presence.lock";

// POSIX locks on a file of their own: they belong to the process, not to a descriptor, so a process that
// wants to be alone keeps its place when it cannot be, and two that want it at once both learn that they are
// not. Thread-safe. One object per store and process.
class PresenceLock {
 public:
  // Waits up to `wait_max` for a process that is replacing the file.
  static Result<std::unique_ptr<PresenceLock>> enter(const std::filesystem::path& directory,
                                                     std::chrono::milliseconds wait_max);
  ~PresenceLock();
  PresenceLock(const PresenceLock&) = delete;
  PresenceLock& operator=(const PresenceLock&) = delete;

  // True when no other process has the store open and none can open it until share().
  bool exclude();
  void share();
  // Another process that has the store open, or 0.
  pid_t other_process() const;

  // Bracket the moments in which data.mdb and lock.mdb are opened or change places, so that no process opens
  // the one of before with the other of after. False when another process took longer than `wait_max`.
  bool begin_replacing(std::chrono::milliseconds wait_max);
  void end_replacing();

  // Bracket a write transaction, after LMDB's own lock was taken.
  void begin_writing();
  void end_writing();
  // Another process that is between the two, or 0.
  pid_t other_writer() const;

 private:
  explicit PresenceLock(int file) : file_(file) {}

  const int file_;
};

// Between begin_replacing() and end_replacing().
class Replacing {
 public:
  Replacing(PresenceLock& presence, std::chrono::milliseconds wait_max)
      : presence_(presence), has_begun_(presence.begin_replacing(wait_max)) {}
  ~Replacing() {
    if (has_begun_) presence_.end_replacing();
  }
  Replacing(const Replacing&) = delete;
  Replacing& operator=(const Replacing&) = delete;
  bool has_begun() const { return has_begun_; }

 private:
  PresenceLock& presence_;
  const bool has_begun_;
};

}  // namespace anyclaude::lmdb
