#include "http/client/upstream_exchange.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "http/client/proxy_tunnel.h"
#include "http/client/upstream_socket.h"
#include "http/net/resolver.h"
#include "http/wire/via_mark.h"

namespace anyclaude {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

// The exchange's own fields, and those that speak of one connection only.
constexpr std::array<std::string_view, 11> kOwnFields{
    "host", "content-length",      "connection", "transfer-encoding", "keep-alive", "proxy-connection",
    "te",   "proxy-authorization", "trailer",    "upgrade",           "expect"};

bool is_own_field(std::string_view name) {
  return std::ranges::any_of(kOwnFields,
                             [&](std::string_view own) { return equals_ignoring_case(own, name); });
}

}  // namespace

UpstreamExchange::UpstreamExchange(const UpstreamTarget& target, UpstreamRequest request)
    : target_(target), request_(std::move(request)), head_(head_text()) {
  head_left_ = head_;
  body_left_ = request_.body;
}

std::string UpstreamExchange::head_text() const {
  std::string text;
  text.reserve(1024);
  // A proxy that passes requests on, instead of opening a tunnel, needs the whole URL.
  const bool is_for_proxy = target_.proxy && !target_.trust;
  text.append(request_.method).append(" ");
  if (is_for_proxy) text.append(target_.base.origin());
  text.append(request_.target).append(" HTTP/1.1\r\n");
  append_field_line(text, "Host", target_.base.host_header());
  if (is_for_proxy && !target_.proxy->authorization.empty())
    append_field_line(text, "Proxy-Authorization", target_.proxy->authorization);
  for (const HeaderField& field : request_.headers) {
    if (!is_own_field(field.name)) append_field_line(text, field.name, field.value);
  }
  if (!target_.via_mark.empty())
    append_field_line(text, kViaHeader, via_with(request_.via, target_.via_mark));
  const bool may_have_body =
      request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH";
  if (may_have_body || !request_.body.empty()) {
    append_field_line(text, "Content-Length", std::to_string(request_.body.size()));
  }
  append_field_line(text, "Connection", "close");
  return text += "\r\n";
}

void UpstreamExchange::run() {
  UpstreamDone done{UpstreamEnd::cut};
  try {
    done = connect_and_converse();
  } catch (...) {
    // Out of memory, most likely. It ends this call and no other.
  }
  end_with(cancel_.is_cancelled() ? UpstreamDone{UpstreamEnd::cancelled} : std::move(done));
}

void UpstreamExchange::end_with(UpstreamDone done) {
  queue_.push(std::move(done));
  ended_.release();
}

void UpstreamExchange::cancel() {
  cancel_.cancel();
  queue_.close();
}

UpstreamDone UpstreamExchange::connect_and_converse() {
  const bool target_is_clean =
      std::ranges::all_of(request_.target, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!target_is_clean || request_.target.empty() || !is_token(request_.method))
    return {UpstreamEnd::protocol};
  const std::string& host = target_.proxy ? target_.proxy->host : target_.base.host;
  const int port = target_.proxy ? target_.proxy->port : target_.base.port;
  const auto addresses =
      resolve_host(host, Deadline(limits::kResolveTimeMax), [this] { return cancel_.is_cancelled(); });
  if (addresses.empty()) return unconnected(UpstreamEnd::name_not_resolved);
  const Deadline deadline(request_.timeouts.connect);
  UpstreamEnd end = UpstreamEnd::refused;
  for (const std::string& address : addresses) {
    if (cancel_.is_cancelled() || deadline.passed()) break;
    std::optional<UpstreamDone> done;
    end = with_connected_socket(address, port, deadline.left(), cancel_, [&](int fd) {
      done = converse(fd);
      return done->end;
    });
    if (done) return std::move(*done);
  }
  return unconnected(end);
}

UpstreamDone UpstreamExchange::unconnected(UpstreamEnd end) const {
  if (!target_.proxy) return {end};
  const std::string proxy = "the proxy at " + target_.proxy->origin() + " ";
  switch (end) {
    case UpstreamEnd::refused:
      return {UpstreamEnd::proxy_failed, proxy + "refused the connection or cannot be reached"};
    case UpstreamEnd::name_not_resolved:
      return {UpstreamEnd::proxy_failed, proxy + "has a name that cannot be resolved"};
    default:
      return {end, proxy + "did not take the connection"};
  }
}

UpstreamDone UpstreamExchange::converse(int fd) {
  UpstreamTransport transport(fd);
  if (target_.trust) {
    if (UpstreamDone begun = begin_tls(transport); begun.end != UpstreamEnd::complete) return begun;
  }
  return {send_and_receive(transport)};
}

UpstreamDone UpstreamExchange::begin_tls(UpstreamTransport& transport) {
  const std::chrono::milliseconds time_max = request_.timeouts.connect;
  if (target_.proxy) {
    UpstreamDone opened = open_tunnel(transport, *target_.proxy, target_.base, Deadline(time_max));
    if (opened.end != UpstreamEnd::complete) return opened;
  }
  switch (transport.begin_tls(target_.trust->context(), target_.base.host, Deadline(time_max))) {
    case Handshake::done:
      return {};
    case Handshake::failed:
      return {UpstreamEnd::tls_failed, transport.tls_failure()};
    case Handshake::timed_out:
      break;
  }
  return {UpstreamEnd::connect_timed_out, "the TLS handshake took too long"};
}

UpstreamEnd UpstreamExchange::send_and_receive(UpstreamTransport& transport) {
  const auto on_head = [this](UpstreamHead head) {
    const auto elapsed = std::chrono::steady_clock::now() - started_;
    head_ms_ = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
    return queue_.push(std::move(head));
  };
  const auto on_bytes = [this](std::string bytes) { return queue_.push(UpstreamBytes{std::move(bytes)}); };
  ReplyReader reader(request_.method, on_head, on_bytes);
  const Deadline first_byte(request_.timeouts.first_byte);
  bool is_sending = send_some(transport);
  while (true) {
    if (cancel_.is_cancelled()) return UpstreamEnd::cancelled;
    const bool is_streaming = reader.has_body_bytes();
    const Deadline deadline = is_streaming ? Deadline(request_.timeouts.idle) : first_byte;
    const short ready = transport.wait(static_cast<short>(POLLIN | (is_sending ? POLLOUT : 0)), deadline);
    if (ready == 0) return is_streaming ? UpstreamEnd::idle_timed_out : UpstreamEnd::first_byte_timed_out;
    if (is_sending && (ready & POLLOUT) != 0) is_sending = send_some(transport);
    // A server may answer before it has read everything, and close: so the reply is read all along.
    if ((ready & ~POLLOUT) == 0) continue;
    if (const auto end = receive_some(transport, reader)) return *end;
  }
}

bool UpstreamExchange::send_some(UpstreamTransport& transport) {
  while (!head_left_.empty() || !body_left_.empty()) {
    const TransferResult sent = transport.send(head_left_, body_left_);
    if (sent.state == Transfer::would_block) return true;
    // What the server had to say may still be there to read.
    if (sent.state != Transfer::some) return false;
    const std::size_t of_head = std::min(sent.count, head_left_.size());
    head_left_.remove_prefix(of_head);
    body_left_.remove_prefix(sent.count - of_head);
  }
  return false;
}

std::optional<UpstreamEnd> UpstreamExchange::receive_some(UpstreamTransport& transport, ReplyReader& reader) {
  std::array<char, kReadBytes> buffer;
  const TransferResult got = transport.receive(buffer);
  switch (got.state) {
    case Transfer::some:
      return reader.feed({buffer.data(), got.count});
    case Transfer::would_block:
      return std::nullopt;
    case Transfer::closed:
      return reader.end_of_stream();
    case Transfer::failed:
      break;
  }
  return UpstreamEnd::cut;
}

}  // namespace anyclaude
