#pragma once

#include <functional>
#include <string>

#include "http/server/response_writer.h"
#include "http/server/server_connection.h"
#include "http/wire/request_head.h"

namespace anyclaude {

// Writes one reply to a connection.
class ConnectionWriter final : public ResponseWriter {
 public:
  struct Context {
    bool is_head_request = false;
    HttpVersion version = HttpVersion::http_1_1;
    AfterReply after_reply = AfterReply::keep_connection;
  };

  ConnectionWriter(ServerConnection& connection, Context context)
      : connection_(connection), context_(context) {}

  Status send(int status, const HeaderFields& headers, std::string_view body) override;
  Status start(int status, const HeaderFields& headers) override;
  Status write(std::string_view bytes) override;
  Status finish() override;
  void abort() override;

  bool started() const override { return phase_ != Phase::untouched; }
  std::size_t body_bytes_written() const override { return body_bytes_written_; }
  bool client_left() override;
  int client_fd() const override { return connection_.fd(); }

  // Whether the reply went out whole, to its last byte.
  bool is_whole() const { return phase_ == Phase::finished; }
  // What is to become of the connection now.
  AfterReply after_reply() const;

 private:
  enum class Phase { untouched, streaming, finished, cut };
  enum class Framing { length, chunked, until_close };

  std::string head(int status, const HeaderFields& headers, Framing framing, std::size_t length) const;
  Status sent(Sent result);
  Status write_chunk(std::string_view bytes);
  bool has_body(int status) const;

  ServerConnection& connection_;
  Context context_;
  Phase phase_ = Phase::untouched;
  Framing framing_ = Framing::chunked;
  bool sends_body_ = true;
  std::size_t body_bytes_written_ = 0;
};

}  // namespace anyclaude
