#include "http/server/listener.h"

#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/limits.h"

namespace anyclaude {
namespace {

// Runs each task where it is handed in: the task only passes the socket on.
class RunAtOnce final : public httplib::TaskQueue {
  // Later versions of the library want to know whether the task was taken.
  using Taken = decltype(std::declval<httplib::TaskQueue&>().enqueue({}));

 public:
  Taken enqueue(std::function<void()> task) override {
    task();
    return static_cast<Taken>(true);
  }
  void shutdown() override {}
};

class HttplibListener final : public Listener, private httplib::Server {
 public:
  explicit HttplibListener(OnConnection on_connection) : on_connection_(std::move(on_connection)) {
    new_task_queue = [] { return new RunAtOnce; };
    // The library's default is SO_REUSEPORT, with which two brokers would share a port and never know.
    set_socket_options([](int fd) {
      const int on = 1;
      ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    });
  }
  // The loop leaves no open socket behind; without a loop there is one.
  ~HttplibListener() override { close_socket(); }

  bool bind(const std::string& host, int port) {
    port_ = port;
    const bool bound = port == 0 ? (port_ = bind_to_any_port(host)) > 0 : bind_to_port(host, port);
    if (!bound) return false;
    // The library's backlog of 5 makes a burst of clients wait for seconds.
    ::listen(svr_sock_, limits::kListenBacklog);
    kept_ = duplicate(svr_sock_);
    return kept_.is_open();
  }

  int port() const override { return port_; }

  void run() override {
    while (!stopped_) {
      listen_after_bind();
      svr_sock_ = INVALID_SOCKET;  // closed by the library
      if (!stopped_) take_up_again();
    }
  }

  void stop() override {
    if (stopped_.exchange(true)) return;
    // On Linux this alone ends the accept() of every descriptor of the socket.
    ::shutdown(kept_.get(), SHUT_RDWR);
#ifndef __linux__
    close_socket();
#endif
  }

 private:
  bool process_and_close_socket(int fd) override {
    FileDescriptor socket(fd);
    set_close_on_exec(fd);
    set_no_delay(fd);
    set_no_broken_pipe_signal(fd);
    on_connection_(std::move(socket));
    return true;
  }

  // The library's loop ends for good, and closes its socket, when the system is out of memory or descriptors
  // for a moment. The port is still ours through the kept descriptor.
  void take_up_again() {
    ::poll(nullptr, 0, 10);
    httplib::Server::stop();  // Later versions mark a server whose loop ended; this takes the mark away.
    svr_sock_ = duplicate(kept_.get()).release();
    if (stopped_) close_socket();
  }

  void close_socket() {
    if (const int fd = svr_sock_.exchange(INVALID_SOCKET); fd != INVALID_SOCKET) ::close(fd);
  }

  const OnConnection on_connection_;
  FileDescriptor kept_;
  std::atomic<bool> stopped_ = false;
  int port_ = 0;
};

}  // namespace

Result<std::unique_ptr<Listener>> Listener::bind(const std::string& host, int port,
                                                 OnConnection on_connection) {
  auto listener = std::make_unique<HttplibListener>(std::move(on_connection));
  errno = 0;
  if (!listener->bind(host, port)) {
    const int error = errno;
    std::string why = "the address is in use or not this machine's";
    if (error == EADDRINUSE) why = "the port is in use";
    if (error == EACCES) why = "this user may not use the port";
    return fail(ErrorKind::unavailable, ErrorSource::broker,
                "Cannot listen on " + host + ":" + std::to_string(port) + ": " + why + ".", Retry::later);
  }
  return listener;
}

}  // namespace anyclaude
