#include "http/server/http_server.h"

#include <atomic>
#include <thread>

#include "http/server/connection_threads.h"
#include "http/server/connection_writer.h"
#include "http/server/listener.h"
#include "http/server/rejector.h"
#include "http/server/request_reader.h"

namespace anyclaude {
namespace {

constexpr std::string_view kOverloaded = "The broker has as many connections as it can serve; try again.";
constexpr std::string_view kHandlerFailed = "The broker failed to answer this request.";

class ThreadedHttpServer final : public HttpServer {
 public:
  ThreadedHttpServer(HttpServerOptions options, HttpHandler handler, HttpErrorBody error_body)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        error_body_(std::move(error_body)),
        rejector_(error_body_(529, kOverloaded)),
        threads_(options_.connections_max,
                 [this](int fd, ConnectionThreads::ConnectionHandle& seat) { serve(fd, seat); }) {}

  ~ThreadedHttpServer() override { stop(std::chrono::milliseconds(0)); }

  Status listen() {
    auto listener = Listener::bind(options_.host, options_.port, [this](FileDescriptor socket) {
      if (FileDescriptor refused = threads_.admit(std::move(socket)); refused.is_open()) {
        rejector_.reject(std::move(refused));
      }
    });
    if (!listener) return tl::unexpected(listener.error());
    listener_ = std::move(*listener);
    return {};
  }

  int port() const override { return listener_->port(); }
  void start() override {
    acceptor_ = std::thread([this] { listener_->run(); });
  }
  StopEnd stop(std::chrono::milliseconds grace) override {
    const std::lock_guard lock(stop_mutex_);
    if (listener_) listener_->stop();
    if (acceptor_.joinable()) acceptor_.join();
    const StopEnd end = threads_.stop(grace);
    rejector_.stop();
    return end;
  }
  std::size_t connections() const override { return threads_.open() + rejector_.open(); }
  std::size_t refused_over_cap() const override { return rejector_.refused(); }

 private:
  void serve(int fd, ConnectionThreads::ConnectionHandle& seat);
  // Reads and answers one request; says what is to become of the connection.
  AfterReply serve_request(ServerConnection& connection, const std::string& peer,
                           const ConnectionThreads::ConnectionHandle& seat);
  AfterReply answer_failure(ServerConnection& connection, const ReadFailure& failure);
  AfterReply answer(ServerConnection& connection, ReceivedRequest& received, AfterReply after_reply);
  void run_handler(HttpRequest& request, ConnectionWriter& writer);
  HeaderFields error_fields() const { return {{"Content-Type", "application/json"}}; }

  const HttpServerOptions options_;
  const HttpHandler handler_;
  const HttpErrorBody error_body_;
  Rejector rejector_;
  ConnectionThreads threads_;
  std::unique_ptr<Listener> listener_;
  std::thread acceptor_;
  std::mutex stop_mutex_;
};

void ThreadedHttpServer::serve(int fd, ConnectionThreads::ConnectionHandle& seat) {
  ServerConnection connection(fd, options_.client_write_time_max);
  const std::string peer = peer_address(fd);
  AfterReply after_reply = AfterReply::keep_connection;
  while (after_reply == AfterReply::keep_connection) {
    if (connection.buffered().empty() &&
        connection.wait_readable(Deadline(options_.keep_alive_idle_max)) != Received::bytes) {
      return;
    }
    if (!seat.begin_request()) return;
    after_reply = serve_request(connection, peer, seat);
    if (!seat.end_request()) return;
  }
}

AfterReply ThreadedHttpServer::serve_request(ServerConnection& connection, const std::string& peer,
                                             const ConnectionThreads::ConnectionHandle& seat) {
  auto received = read_request(connection, options_);
  if (!received) return answer_failure(connection, received.error());
  received->request.peer = peer;
  const AfterReply wanted = seat.is_stopping() ? AfterReply::close_connection : received->after_reply;
  return answer(connection, *received, wanted);
}

AfterReply ThreadedHttpServer::answer_failure(ServerConnection& connection, const ReadFailure& failure) {
  if (const auto* refusal = std::get_if<Refusal>(&failure)) {
    ConnectionWriter writer(connection, {.after_reply = AfterReply::close_connection});
    if (writer.send(refusal->status, error_fields(), error_body_(refusal->status, refusal->message))) {
      connection.end_with_request_unread();
    }
  }
  return AfterReply::close_connection;
}

AfterReply ThreadedHttpServer::answer(ServerConnection& connection, ReceivedRequest& received,
                                      AfterReply after_reply) {
  const bool is_head_request = received.request.method == "HEAD";
  ConnectionWriter writer(
      connection,
      {.is_head_request = is_head_request, .version = received.version, .after_reply = after_reply});
  run_handler(received.request, writer);
  if (!writer.started()) {
    // Failing to tell the client changes nothing: the connection closes either way.
    static_cast<void>(writer.send(500, error_fields(), error_body_(500, kHandlerFailed)));
  }
  if (!writer.is_whole()) writer.abort();
  return writer.after_reply();
}

void ThreadedHttpServer::run_handler(HttpRequest& request, ConnectionWriter& writer) {
  try {
    handler_(request, writer);
  } catch (...) {
    // What an exception says may be private: the client learns only that there was one.
    if (writer.started()) writer.abort();
  }
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(HttpServerOptions options, HttpHandler handler,
                                                       HttpErrorBody error_body) {
  prepare_process_for_sockets();
  auto server =
      std::make_unique<ThreadedHttpServer>(std::move(options), std::move(handler), std::move(error_body));
  if (const Status listening = server->listen(); !listening) return tl::unexpected(listening.error());
  return server;
}

}  // namespace anyclaude
