#include "http/server/connection_writer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/clock.h"
#include "base/utc_time.h"
#include "http/wire/header_syntax.h"
#include "http/wire/status_text.h"

namespace anyclaude {
namespace {

constexpr std::array<std::string_view, 7> kOwnFields{
    "content-length", "transfer-encoding",     "connection", "keep-alive", "date",
    "trailer",        "x-content-type-options"};

bool is_own_field(std::string_view name) {
  return std::ranges::any_of(kOwnFields,
                             [&](std::string_view own) { return equals_ignoring_case(own, name); });
}

tl::unexpected<Error> client_gone() {
  return fail(ErrorKind::cancelled, ErrorSource::client, "The client has left.");
}

}  // namespace

bool ConnectionWriter::has_body(int status) const {
  return !context_.is_head_request && status != 204 && status != 304;
}

std::string ConnectionWriter::head(int status, const HeaderFields& headers, Framing framing,
                                   std::size_t length) const {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
  text.append(status_text(status)).append("\r\n");
  for (const HeaderField& field : headers) {
    if (!is_own_field(field.name)) append_field_line(text, field.name, field.value);
  }
  append_field_line(text, "Date", utc_text(unix_milliseconds(RealClock().system_now()), UtcForm::http_date));
  append_field_line(text, kContentTypeOptions, "nosniff");
  if (framing == Framing::length && status != 204) {
    append_field_line(text, "Content-Length", std::to_string(length));
  }
  if (framing == Framing::chunked && status != 204) append_field_line(text, "Transfer-Encoding", "chunked");
  const bool closes = context_.after_reply == AfterReply::close_connection || framing == Framing::until_close;
  if (closes) {
    append_field_line(text, "Connection", "close");
  } else if (context_.version == HttpVersion::http_1_0) {
    append_field_line(text, "Connection", "keep-alive");
  }
  return text += "\r\n";
}

Status ConnectionWriter::sent(Sent result) {
  if (result == Sent::all) return {};
  phase_ = Phase::cut;
  return client_gone();
}

Status ConnectionWriter::send(int status, const HeaderFields& headers, std::string_view body) {
  if (phase_ != Phase::untouched) return client_gone();
  framing_ = Framing::length;
  const std::string head_text = head(status, headers, Framing::length, body.size());
  if (!has_body(status)) body = {};
  phase_ = Phase::streaming;
  if (const Status status_sent = sent(connection_.send(head_text, body)); !status_sent) return status_sent;
  body_bytes_written_ = body.size();
  phase_ = Phase::finished;
  return {};
}

Status ConnectionWriter::start(int status, const HeaderFields& headers) {
  if (phase_ != Phase::untouched) return client_gone();
  phase_ = Phase::streaming;
  sends_body_ = has_body(status);
  framing_ = context_.version == HttpVersion::http_1_1 ? Framing::chunked : Framing::until_close;
  return sent(connection_.send(head(status, headers, framing_, 0)));
}

Status ConnectionWriter::write(std::string_view bytes) {
  if (phase_ != Phase::streaming) return client_gone();
  // An empty chunk would end the body.
  if (bytes.empty() || !sends_body_) return {};
  const Status written = framing_ == Framing::chunked ? write_chunk(bytes) : sent(connection_.send(bytes));
  if (written) body_bytes_written_ += bytes.size();
  return written;
}

Status ConnectionWriter::write_chunk(std::string_view bytes) {
  std::array<char, 24> line{};
  char* end = std::to_chars(line.data(), line.data() + 16, bytes.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return sent(connection_.send({line.data(), static_cast<std::size_t>(end - line.data())}, bytes, "\r\n"));
}

Status ConnectionWriter::finish() {
  if (phase_ != Phase::streaming) return client_gone();
  if (framing_ == Framing::chunked && sends_body_) {
    if (const Status ended = sent(connection_.send("0\r\n\r\n")); !ended) return ended;
  }
  phase_ = Phase::finished;
  return {};
}

void ConnectionWriter::abort() {
  if (phase_ == Phase::finished) return;
  // Where only the connection's end frames the body, a reset alone tells a cut from an end.
  if (phase_ == Phase::streaming && framing_ == Framing::until_close) connection_.reset();
  phase_ = Phase::cut;
}

bool ConnectionWriter::client_left() {
  return phase_ == Phase::cut || peer_has_left(connection_.fd());
}

AfterReply ConnectionWriter::after_reply() const {
  if (phase_ != Phase::finished || framing_ == Framing::until_close) return AfterReply::close_connection;
  return context_.after_reply;
}

}  // namespace anyclaude
