// HTTP over a plain socket, in the form a server has: what our own HttpServer would never do can be done
// here.
#pragma once

#include <optional>

#include "fakes/emulator/quirks.h"
#include "http/net/socket.h"
#include "http/server/response_writer.h"

namespace anyclaude::emulators {

// Used by one thread.
class RawConnection final : public ResponseWriter {
 public:
  RawConnection(FileDescriptor socket, HttpForm form) : socket_(std::move(socket)), form_(form) {}

  // The next request, or nothing when the client has left or the connection is over.
  std::optional<HttpRequest> read_request();

  Status send(int status, const HeaderFields& headers, std::string_view body) override;
  Status start(int status, const HeaderFields& headers) override;
  Status write(std::string_view bytes) override;
  Status finish() override;
  void abort() override;
  bool started() const override { return started_; }
  std::size_t body_bytes_written() const override { return body_bytes_; }
  bool client_left() override { return !socket_.is_open() || peer_has_left(socket_.get()); }
  int client_fd() const override { return socket_.get(); }

  // Wakes a read_request() of another thread.
  void shut_down();

 private:
  bool receive_more();
  bool take_head(HttpRequest& request, std::size_t& body_bytes);
  Status send_all(std::string_view bytes);
  std::string head(int status, const HeaderFields& headers) const;
  bool keeps_alive() const { return form_ == HttpForm::http_1_1; }

  FileDescriptor socket_;
  const HttpForm form_;
  std::string received_;
  bool started_ = false;
  bool over_ = false;
  std::size_t body_bytes_ = 0;
};

}  // namespace anyclaude::emulators
