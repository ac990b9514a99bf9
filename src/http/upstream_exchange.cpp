#include "http/upstream_exchange.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "http/resolver.h"
#include "http/upstream_socket.h"

namespace anyclaude {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

// The exchange's own fields, and those that speak of one connection only.
constexpr std::array<std::string_view, 9> kOwnFields{
    "host", "content-length", "connection", "transfer-encoding", "keep-alive", "proxy-connection",
    "te",   "trailer",        "upgrade"};

bool is_own_field(std::string_view name) {
  return equals_ignoring_case(name, "expect") || std::ranges::any_of(kOwnFields, [&](std::string_view own) {
           return equals_ignoring_case(own, name);
         });
}

}  // namespace

UpstreamExchange::UpstreamExchange(const Url& base, std::shared_ptr<const TlsTrust> trust,
                                   UpstreamRequest request)
    : base_(base), trust_(std::move(trust)), request_(std::move(request)), head_(head_text()) {
  head_left_ = head_;
  body_left_ = request_.body;
}

std::string UpstreamExchange::head_text() const {
  std::string text;
  text.reserve(1024);
  text.append(request_.method).append(" ").append(request_.target).append(" HTTP/1.1\r\n");
  append_field_line(text, "Host", base_.host_header());
  for (const HeaderField& field : request_.headers) {
    if (!is_own_field(field.name)) append_field_line(text, field.name, field.value);
  }
  const bool may_have_body =
      request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH";
  if (may_have_body || !request_.body.empty()) {
    append_field_line(text, "Content-Length", std::to_string(request_.body.size()));
  }
  append_field_line(text, "Connection", "close");
  return text += "\r\n";
}

void UpstreamExchange::run() {
  UpstreamEnd end = UpstreamEnd::cut;
  try {
    end = connect_and_converse();
  } catch (...) {
    // Out of memory, most likely. It ends this call and no other.
  }
  end_with(cancel_.is_cancelled() ? UpstreamEnd::cancelled : end);
}

void UpstreamExchange::end_with(UpstreamEnd end) {
  queue_.push(UpstreamDone{end});
  ended_.release();
}

void UpstreamExchange::cancel() {
  cancel_.cancel();
  queue_.close();
}

UpstreamEnd UpstreamExchange::connect_and_converse() {
  const bool target_is_clean =
      std::ranges::all_of(request_.target, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!target_is_clean || request_.target.empty() || !is_token(request_.method)) return UpstreamEnd::protocol;
  const auto addresses =
      resolve_host(base_.host, Deadline(limits::kResolveTimeMax), [this] { return cancel_.is_cancelled(); });
  if (addresses.empty()) return UpstreamEnd::name_not_resolved;
  const Deadline deadline(request_.timeouts.connect);
  UpstreamEnd end = UpstreamEnd::refused;
  for (const std::string& address : addresses) {
    if (cancel_.is_cancelled() || deadline.passed()) break;
    bool is_connected = false;
    end = with_connected_socket(address, base_.port, deadline.left(), cancel_, [&](int fd) {
      is_connected = true;
      return converse(fd);
    });
    if (is_connected) break;
  }
  return end;
}

UpstreamEnd UpstreamExchange::converse(int fd) {
  UpstreamTransport transport(fd);
  if (trust_) {
    switch (transport.begin_tls(trust_->context(), base_.host, Deadline(request_.timeouts.connect))) {
      case Handshake::done:
        break;
      case Handshake::failed:
        return UpstreamEnd::tls_failed;
      case Handshake::timed_out:
        return UpstreamEnd::connect_timed_out;
    }
  }
  return send_and_receive(transport);
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
