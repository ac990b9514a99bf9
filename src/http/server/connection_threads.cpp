#include "http/server/connection_threads.h"

#include <sys/socket.h>

#include <system_error>

#include "base/limits.h"

namespace anyclaude {

ConnectionThreads::ConnectionThreads(std::size_t connections_max, Serve serve)
    : connections_max_(connections_max), serve_(std::move(serve)) {}

ConnectionThreads::~ConnectionThreads() {
  stop(std::chrono::milliseconds(0));
  {
    std::unique_lock lock(mutex_);
    one_ended_.wait(lock, [&] { return open_.empty(); });
  }
  join_ended();
}

bool ConnectionThreads::ConnectionHandle::begin_request() {
  const std::lock_guard lock(threads_.mutex_);
  if (threads_.stopping_) return false;
  entry_.activity = Activity::in_request;
  return true;
}

bool ConnectionThreads::ConnectionHandle::end_request() {
  const std::lock_guard lock(threads_.mutex_);
  entry_.activity = Activity::idle;
  return !threads_.stopping_;
}

bool ConnectionThreads::ConnectionHandle::is_stopping() const {
  return threads_.is_stopping();
}

FileDescriptor ConnectionThreads::admit(FileDescriptor socket) {
  join_ended();
  const std::lock_guard lock(mutex_);
  if (stopping_ || open_.size() >= connections_max_) return socket;
  const auto entry = open_.emplace(open_.end());
  try {
    // The new thread cannot end before this lock is released, so its handle is in place by then.
    entry->thread = std::thread([this, entry] { run(entry); });
  } catch (const std::system_error&) {
    open_.erase(entry);
    return socket;
  }
  entry->socket = std::move(socket);
  return {};
}

void ConnectionThreads::run(Entries::iterator entry) {
  int fd = -1;
  {
    const std::lock_guard lock(mutex_);
    fd = entry->socket.get();
  }
  ConnectionHandle seat(*this, *entry);
  try {
    serve_(fd, seat);
  } catch (...) {
    // Out of memory, most likely. It ends this connection and no other.
  }
  const std::lock_guard lock(mutex_);
  // Closed under the lock: stop() must never shut down a descriptor that already means something else.
  entry->socket.close();
  ended_.splice(ended_.end(), open_, entry);
  one_ended_.notify_all();
}

void ConnectionThreads::join_ended() {
  Entries ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(ended_);
  }
  for (Entry& entry : ended) entry.thread.join();
}

std::size_t ConnectionThreads::open() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

bool ConnectionThreads::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

StopEnd ConnectionThreads::stop(std::chrono::milliseconds grace) {
  StopEnd end = StopEnd::all_ended;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    for (Entry& entry : open_) {
      if (entry.activity == Activity::idle) ::shutdown(entry.socket.get(), SHUT_RDWR);
    }
    const auto all_ended = [&] { return open_.empty(); };
    if (!one_ended_.wait_for(lock, grace, all_ended)) {
      for (Entry& entry : open_) ::shutdown(entry.socket.get(), SHUT_RDWR);
      if (!one_ended_.wait_for(lock, limits::kShutdownCutMax, all_ended)) end = StopEnd::some_work;
    }
  }
  join_ended();
  return end;
}

}  // namespace anyclaude
