#include "http/client/upstream_call.h"

#include <poll.h>

#include <array>
#include <system_error>
#include <thread>

#include "http/client/upstream_exchange.h"
#include "http/net/socket.h"

namespace anyclaude {
namespace {

class ThreadedUpstreamCall final : public UpstreamCall {
 public:
  ThreadedUpstreamCall(const UpstreamTarget& target, UpstreamRequest request)
      : exchange_(target, std::move(request)) {
    try {
      thread_ = std::thread([this] { exchange_.run(); });
    } catch (const std::system_error&) {
      exchange_.end_with({UpstreamEnd::refused});
    }
  }

  ~ThreadedUpstreamCall() override {
    // Repeated, because a socket in the instant before its connect() cannot be shut down yet.
    do {
      exchange_.cancel();
    } while (!exchange_.ends_within(std::chrono::milliseconds(5)));
    if (thread_.joinable()) thread_.join();
  }

  UpstreamSignal next(int client_fd, std::chrono::milliseconds timeout) override {
    const Deadline deadline(timeout);
    while (true) {
      if (auto signal = exchange_.queue().take()) return std::move(*signal);
      std::array<pollfd, 2> entries{pollfd{exchange_.queue().fd(), POLLIN, 0},
                                    pollfd{client_fd, hangup_events(), 0}};
      const int ready = ::poll(entries.data(), entries.size(), deadline.left_ms());
      if (ready > 0 && entries[1].revents != 0 && means_gone(client_fd, entries[1].revents))
        return ClientGone{};
      if (ready <= 0 && deadline.passed()) return NothingYet{};
    }
  }
  void cancel() override { exchange_.cancel(); }
  std::int64_t head_ms() const override { return exchange_.head_ms(); }

 private:
  UpstreamExchange exchange_;
  std::thread thread_;
};

class ThreadedUpstreamClient final : public UpstreamClient {
 public:
  explicit ThreadedUpstreamClient(UpstreamTarget target) : target_(std::move(target)) {}

  std::unique_ptr<UpstreamCall> start(UpstreamRequest request) override {
    return std::make_unique<ThreadedUpstreamCall>(target_, std::move(request));
  }
  const Url& base() const override { return target_.base; }

 private:
  const UpstreamTarget target_;
};

}  // namespace

Result<std::unique_ptr<UpstreamClient>> UpstreamClient::create(const Url& base, const UpstreamRoute& route) {
  prepare_process_for_sockets();
  UpstreamTarget target{base, nullptr, std::nullopt, route.via_mark};
  if (base.scheme == UrlScheme::https) {
    auto loaded = TlsTrust::load(route.trust);
    if (!loaded) return tl::unexpected(loaded.error());
    target.trust = std::move(*loaded);
  }
  auto proxy = route.proxies.proxy_for(base);
  if (!proxy) return tl::unexpected(proxy.error());
  target.proxy = std::move(*proxy);
  return std::make_unique<ThreadedUpstreamClient>(std::move(target));
}

Result<HttpReply> UpstreamClient::fetch(UpstreamRequest request, std::chrono::milliseconds time_max) {
  const Deadline deadline(time_max);
  const auto call = start(std::move(request));
  HttpReply reply;
  while (true) {
    UpstreamSignal signal = call->next(-1, deadline.left());
    if (auto* head = std::get_if<UpstreamHead>(&signal)) {
      reply.status = head->status;
      reply.headers = std::move(head->headers);
    } else if (const auto* piece = std::get_if<UpstreamBytes>(&signal)) {
      reply.body += piece->bytes;
    } else if (const auto* done = std::get_if<UpstreamDone>(&signal)) {
      if (done->end != UpstreamEnd::complete) return tl::unexpected(upstream_error(*done, base()));
      return reply;
    }
    if (deadline.passed()) {
      return fail(ErrorKind::timed_out, ErrorSource::upstream,
                  "The server at " + base().origin() + " did not answer within " +
                      std::to_string(time_max.count()) + " ms.",
                  Retry::later);
    }
  }
}

std::string_view name_of(UpstreamEnd end) {
  switch (end) {
    case UpstreamEnd::complete:
      return "complete";
    case UpstreamEnd::refused:
      return "refused";
    case UpstreamEnd::name_not_resolved:
      return "name_not_resolved";
    case UpstreamEnd::connect_timed_out:
      return "connect_timed_out";
    case UpstreamEnd::tls_failed:
      return "tls_failed";
    case UpstreamEnd::proxy_failed:
      return "proxy_failed";
    case UpstreamEnd::first_byte_timed_out:
      return "first_byte_timed_out";
    case UpstreamEnd::idle_timed_out:
      return "idle_timed_out";
    case UpstreamEnd::cut:
      return "cut";
    case UpstreamEnd::too_large:
      return "too_large";
    case UpstreamEnd::protocol:
      return "protocol";
    case UpstreamEnd::cancelled:
      return "cancelled";
  }
  return "unknown";
}

Error upstream_error(const UpstreamDone& done, const Url& base) {
  const auto error = [&](ErrorKind kind, Retry retry, std::string_view what) {
    return Error{kind, ErrorSource::upstream, retry,
                 "The server at " + base.origin() + " " + std::string(what) +
                     (done.detail.empty() ? "" : ": " + done.detail) + "."};
  };
  switch (done.end) {
    case UpstreamEnd::complete:
      return error(ErrorKind::internal, Retry::never, "answered; there is no error");
    case UpstreamEnd::refused:
      return error(ErrorKind::unavailable, Retry::later, "refused the connection or cannot be reached");
    case UpstreamEnd::name_not_resolved:
      return error(ErrorKind::unavailable, Retry::later, "has a name that cannot be resolved");
    case UpstreamEnd::connect_timed_out:
      return error(ErrorKind::timed_out, Retry::later, "did not take the connection in time");
    case UpstreamEnd::tls_failed:
      return error(ErrorKind::unavailable, Retry::never, "cannot be talked to under TLS");
    case UpstreamEnd::proxy_failed:
      return error(ErrorKind::unavailable, Retry::later, "cannot be reached through the proxy");
    case UpstreamEnd::first_byte_timed_out:
      return error(ErrorKind::timed_out, Retry::later, "did not begin to answer in time");
    case UpstreamEnd::idle_timed_out:
      return error(ErrorKind::timed_out, Retry::later, "fell silent in the middle of its answer");
    case UpstreamEnd::cut:
      return error(ErrorKind::unavailable, Retry::later, "closed the connection before its answer was whole");
    case UpstreamEnd::too_large:
      return error(ErrorKind::too_large, Retry::never, "sent an answer larger than the broker takes");
    case UpstreamEnd::protocol:
      return error(ErrorKind::protocol, Retry::never, "did not answer in HTTP");
    case UpstreamEnd::cancelled:
      break;
  }
  return error(ErrorKind::cancelled, Retry::never, "was not waited for: the request was cancelled");
}

}  // namespace anyclaude
