#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "http/net/socket.h"
#include "http/server/http_server.h"

namespace anyclaude {

// A thread for each connection, a cap on their number, and an end in bounded time. Thread-safe.
class ConnectionThreads {
 private:
  struct Entry;

 public:
  // What a connection's thread tells of itself, so that stop() knows whom to wait for.
  class ConnectionHandle {
   public:
    // A request has begun to arrive. False once the server stops: close instead.
    bool begin_request();
    // Its reply is over. False once the server stops.
    bool end_request();
    bool is_stopping() const;

   private:
    friend class ConnectionThreads;
    ConnectionHandle(ConnectionThreads& threads, Entry& entry) : threads_(threads), entry_(entry) {}
    ConnectionThreads& threads_;
    Entry& entry_;
  };

  // Serves one connection to its end on its own thread. Throwing ends the connection too.
  using Serve = std::function<void(int fd, ConnectionHandle& seat)>;

  ConnectionThreads(std::size_t connections_max, Serve serve);
  // Waits for the last thread, however long it takes.
  ~ConnectionThreads();

  // Takes the socket and serves it. Gives it back if the cap is reached, no thread can be had, or the server
  // stops.
  FileDescriptor admit(FileDescriptor socket);
  std::size_t open() const;
  bool is_stopping() const;

  // Closes what is idle, lets requests end for `grace`, cuts the rest, and returns when every thread has
  // ended. A thread that computes sees no cut connection: after kShutdownCutMax it is not waited for.
  StopEnd stop(std::chrono::milliseconds grace);

 private:
  enum class Activity { idle, in_request };
  struct Entry {
    FileDescriptor socket;
    Activity activity = Activity::idle;
    std::thread thread;
  };
  using Entries = std::list<Entry>;

  void run(Entries::iterator entry);
  void join_ended();

  const std::size_t connections_max_;
  const Serve serve_;
  mutable std::mutex mutex_;
  std::condition_variable one_ended_;
  Entries open_;
  Entries ended_;  // threads that only wait to be joined
  bool stopping_ = false;
};

}  // namespace anyclaude
