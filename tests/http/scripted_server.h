// A server that does exactly what a script says, for what no proper server would do.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <thread>

#include "http/net/socket.h"
#include "http/wire/url.h"

namespace anyclaude::test {

// One accepted connection.
class ScriptedPeer {
 public:
  explicit ScriptedPeer(FileDescriptor socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  // Reads a head and as many body bytes as its Content-Length says; "" if the client left before.
  std::string read_request();
  bool send(std::string_view bytes);
  // Waits until the client has closed; false after 10 s.
  bool wait_until_left();
  // Closes with a reset instead of an orderly end.
  void reset();
  void close() { socket_.close(); }

 private:
  FileDescriptor socket_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(ScriptedPeer&)>;

  // Runs `script` on a thread of its own for each connection.
  explicit ScriptedServer(Script script);
  // Waits for the scripts to end.
  ~ScriptedServer();

  int port() const { return port_; }
  Url url() const;

 private:
  void accept_all();

  const Script script_;
  FileDescriptor listener_;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::list<std::thread> scripts_;
  std::thread acceptor_;
};

}  // namespace anyclaude::test
