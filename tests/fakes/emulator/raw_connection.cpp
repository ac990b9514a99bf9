#include "fakes/emulator/raw_connection.h"

#include <sys/socket.h>

#include <array>
#include <charconv>

namespace anyclaude::emulators {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kHeadBytesMax = 64 * 1024;

std::string_view without_spaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::string hex_size(std::size_t size) {
  std::array<char, 16> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
  return error == std::errc() ? std::string(digits.data(), end) : "0";
}

tl::unexpected<Error> nobody_listens() {
  return fail(ErrorKind::cancelled, ErrorSource::client, "the client has gone");
}

}  // namespace

bool RawConnection::receive_more() {
  std::array<char, 32 * 1024> buffer;
  const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  received_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

bool RawConnection::take_head(HttpRequest& request, std::size_t& body_bytes) {
  const std::size_t end = received_.find("\r\n\r\n");
  std::string_view head = std::string_view(received_).substr(0, end);
  const auto next_line = [&head] {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    return line;
  };
  const std::string_view first = next_line();
  const std::size_t method_end = first.find(' ');
  const std::size_t target_end = first.rfind(' ');
  if (method_end == std::string_view::npos || target_end <= method_end) return false;
  request.method = first.substr(0, method_end);
  request.target = first.substr(method_end + 1, target_end - method_end - 1);
  request.path = request.target.substr(0, request.target.find('?'));
  while (!head.empty()) {
    const std::string_view line = next_line();
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    request.headers.add(std::string(line.substr(0, colon)),
                        std::string(without_spaces(line.substr(colon + 1))));
  }
  const std::string_view length = request.headers.get("Content-Length");
  std::from_chars(length.data(), length.data() + length.size(), body_bytes);
  received_.erase(0, end + 4);
  return true;
}

std::optional<HttpRequest> RawConnection::read_request() {
  if (over_) return std::nullopt;
  while (received_.find("\r\n\r\n") == std::string::npos)
    if (received_.size() > kHeadBytesMax || !receive_more()) return std::nullopt;
  HttpRequest request;
  std::size_t body_bytes = 0;
  if (!take_head(request, body_bytes)) return std::nullopt;
  while (received_.size() < body_bytes)
    if (!receive_more()) return std::nullopt;
  request.body = received_.substr(0, body_bytes);
  received_.erase(0, body_bytes);
  started_ = false;
  body_bytes_ = 0;
  over_ = !keeps_alive();
  return request;
}

std::string RawConnection::head(int status, const HeaderFields& headers) const {
  std::string head = (keeps_alive() ? "HTTP/1.1 " : "HTTP/1.0 ") + std::to_string(status) +
                     " Emulated\r\nServer: emulator\r\n";
  for (const HeaderField& field : headers) head += field.name + ": " + field.value + "\r\n";
  return head;
}

Status RawConnection::send(int status, const HeaderFields& headers, std::string_view body) {
  started_ = true;
  std::string text = head(status, headers);
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  text += body;
  body_bytes_ = body.size();
  return send_all(text);
}

Status RawConnection::start(int status, const HeaderFields& headers) {
  started_ = true;
  return send_all(head(status, headers) + (keeps_alive() ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n"));
}

Status RawConnection::write(std::string_view bytes) {
  if (bytes.empty()) return {};
  body_bytes_ += bytes.size();
  if (!keeps_alive()) return send_all(bytes);
  return send_all(hex_size(bytes.size()) + "\r\n" + std::string(bytes) + "\r\n");
}

Status RawConnection::finish() {
  return keeps_alive() ? send_all("0\r\n\r\n") : Status();
}

void RawConnection::abort() {
  over_ = true;
  shut_down();
}

void RawConnection::shut_down() {
  ::shutdown(socket_.get(), SHUT_RDWR);
}

Status RawConnection::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::array pieces{bytes};
    const ssize_t sent = send_pieces(socket_.get(), pieces);
    if (sent < 0) {
      const bool is_full = errno == EAGAIN || errno == EWOULDBLOCK;
      if (!is_full || wait_for(socket_.get(), POLLOUT, Deadline(10s)) == 0) return nobody_listens();
      continue;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

}  // namespace anyclaude::emulators
