#include "http/server/request_reader.h"

#include <algorithm>

#include "http/wire/chunk_decoder.h"

namespace anyclaude {
namespace {

tl::unexpected<ReadFailure> refuse(int status, std::string message) {
  return tl::unexpected<ReadFailure>(Refusal{status, std::move(message)});
}

tl::unexpected<ReadFailure> failure_of(Received received, std::string_view what) {
  if (received == Received::closed) return tl::unexpected<ReadFailure>(ClientLeft{});
  return refuse(408, "The request's " + std::string(what) + " did not arrive in time.");
}

tl::unexpected<ReadFailure> body_too_large(std::size_t bytes_max) {
  return refuse(413, "The request's body is larger than " + std::to_string(bytes_max) + " bytes.");
}

tl::unexpected<ReadFailure> head_too_large() {
  return refuse(
      431, "The request's head is larger than " + std::to_string(limits::kRequestHeadBytesMax) + " bytes.");
}

tl::expected<RequestHead, ReadFailure> read_head(ServerConnection& connection, Deadline deadline) {
  std::size_t scanned = 0;
  while (true) {
    // Clients may send empty lines between requests (RFC 9112 section 2.2).
    while (scanned == 0 && connection.buffered().starts_with("\r\n")) connection.consume(2);
    const std::string_view bytes = connection.buffered();
    const HeadEnd end = find_head_end(bytes, scanned);
    if (end.state == HeadState::malformed) {
      return refuse(400, "A line of the request's head does not end with CRLF.");
    }
    const bool is_complete = end.state == HeadState::complete;
    if ((is_complete ? end.size : bytes.size()) > limits::kRequestHeadBytesMax) return head_too_large();
    if (is_complete) {
      auto head = parse_request_head(bytes.substr(0, end.size));
      connection.consume(end.size);
      if (!head) return tl::unexpected<ReadFailure>(head.error());
      return std::move(*head);
    }
    scanned = bytes == "\r" ? 0 : bytes.size();
    if (deadline.passed()) return failure_of(Received::timed_out, "head");
    const Received received = connection.receive(deadline);
    if (received != Received::bytes) return failure_of(received, "head");
  }
}

tl::expected<void, ReadFailure> read_sized_body(ServerConnection& connection, std::size_t length,
                                                Deadline deadline, std::string& body) {
  // Reserving commits no memory: a large Content-Length costs nothing until the bytes are there.
  body.reserve(length + kBodyPaddingBytes);
  while (body.size() < length) {
    if (deadline.passed()) return failure_of(Received::timed_out, "body");
    const Received received = connection.receive_into(body, length - body.size(), deadline);
    if (received != Received::bytes) return failure_of(received, "body");
  }
  return {};
}

tl::expected<void, ReadFailure> read_chunked_body(ServerConnection& connection, std::size_t bytes_max,
                                                  Deadline deadline, std::string& body) {
  ChunkDecoder decoder;
  while (true) {
    std::string_view bytes = connection.buffered();
    const std::size_t before = bytes.size();
    const ChunkDecoder::State state = decoder.feed(bytes, body);
    connection.consume(before - bytes.size());
    if (body.size() > bytes_max) return body_too_large(bytes_max);
    if (state == ChunkDecoder::State::malformed) return refuse(400, "The request's chunks are malformed.");
    if (state == ChunkDecoder::State::done) break;
    if (deadline.passed()) return failure_of(Received::timed_out, "body");
    const Received received = connection.receive(deadline);
    if (received != Received::bytes) return failure_of(received, "body");
  }
  body.reserve(body.size() + kBodyPaddingBytes);
  return {};
}

tl::expected<void, ReadFailure> read_body(ServerConnection& connection, const RequestHead& head,
                                          const HttpServerOptions& options, std::string& body) {
  body.reserve(kBodyPaddingBytes);
  if (head.framing.kind == BodyFraming::none) return {};
  const std::size_t bytes_max = options.body_bytes_max;
  if (head.framing.length > bytes_max) return body_too_large(bytes_max);
  if (head.expects_continue && connection.buffered().empty() &&
      connection.send("HTTP/1.1 100 Continue\r\n\r\n") != Sent::all) {
    return tl::unexpected<ReadFailure>(ClientLeft{});
  }
  const Deadline deadline(options.body_time_max);
  if (head.framing.kind == BodyFraming::chunked)
    return read_chunked_body(connection, bytes_max, deadline, body);
  return read_sized_body(connection, static_cast<std::size_t>(head.framing.length), deadline, body);
}

}  // namespace

tl::expected<ReceivedRequest, ReadFailure> read_request(ServerConnection& connection,
                                                        const HttpServerOptions& options) {
  auto head = read_head(connection, Deadline(options.head_time_max));
  if (!head) return tl::unexpected(head.error());
  ReceivedRequest received;
  if (auto body = read_body(connection, *head, options, received.request.body); !body) {
    return tl::unexpected(body.error());
  }
  received.version = head->version;
  received.after_reply = head->after_reply;
  HttpRequest& request = received.request;
  request.method = std::move(head->method);
  request.target = std::move(head->target);
  const std::size_t question_mark = request.target.find('?');
  request.path = request.target.substr(0, question_mark);
  if (question_mark != std::string::npos) request.query = request.target.substr(question_mark + 1);
  request.headers = std::move(head->headers);
  return received;
}

}  // namespace anyclaude
