#include "http/client/upstream_socket.h"

#include <httplib.h>

#include <optional>

namespace anyclaude {
namespace {

// Lends the library's connection to us in place of the library's own exchange.
class ConnectingClient final : private httplib::ClientImpl {
 public:
  using Use = std::function<UpstreamEnd(int)>;

  ConnectingClient(const std::string& address, int port, std::chrono::milliseconds connect_time_max,
                   CancelToken& cancel, const Use& use)
      : ClientImpl(address, port), use_(use) {
    set_connection_timeout(connect_time_max.count() / 1000, connect_time_max.count() % 1000 * 1000);
    set_tcp_nodelay(true);
    set_keep_alive(false);
    set_socket_options([&cancel](int fd) {
      set_no_broken_pipe_signal(fd);
      cancel.watch(fd);
    });
  }

  UpstreamEnd run() {
    httplib::Request request;
    httplib::Response response;
    httplib::Error error = httplib::Error::Success;
    request.path = "/";
    send(request, response, error);
    if (end_) return *end_;
    return error == httplib::Error::ConnectionTimeout ? UpstreamEnd::connect_timed_out : UpstreamEnd::refused;
  }

 private:
  // The hook has one of these two forms, depending on the library's version; the other is never called.
  bool process_socket(const Socket& socket, std::function<bool(httplib::Stream&)>) {
    end_ = use_(socket.sock);
    return true;
  }
  bool process_socket(const Socket& socket, std::chrono::steady_clock::time_point,
                      std::function<bool(httplib::Stream&)>) {
    end_ = use_(socket.sock);
    return true;
  }

  const Use& use_;
  std::optional<UpstreamEnd> end_;
};

}  // namespace

UpstreamEnd with_connected_socket(const std::string& address, int port,
                                  std::chrono::milliseconds connect_time_max, CancelToken& cancel,
                                  const std::function<UpstreamEnd(int fd)>& use) {
  ConnectingClient client(address, port, connect_time_max, cancel, use);
  const UpstreamEnd end = client.run();
  cancel.unwatch();
  return cancel.is_cancelled() ? UpstreamEnd::cancelled : end;
}

}  // namespace anyclaude
