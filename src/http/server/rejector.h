#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "http/net/socket.h"

namespace anyclaude {

// Tells clients beyond the cap that the server is overloaded, on two threads of its own: each waits a moment
// for the request's head, answers, and drains. Thread-safe.
class Rejector {
 public:
  // `body` is the JSON text of the 529.
  explicit Rejector(std::string_view body);
  ~Rejector();

  void reject(FileDescriptor socket);
  void stop();

  std::size_t open() const { return open_; }
  std::size_t refused() const { return refused_; }

 private:
  void work();
  void answer(int fd) const;

  const std::string reply_;
  std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<FileDescriptor> waiting_;
  bool stopping_ = false;
  std::atomic<std::size_t> open_ = 0;
  std::atomic<std::size_t> refused_ = 0;
  std::array<std::thread, 2> threads_;
};

}  // namespace anyclaude
