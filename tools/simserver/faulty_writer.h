// A response writer that does a fault's mischief on the way to the client.
#pragma once

#include <chrono>
#include <string>

#include "http/server/response_writer.h"
#include "tools/simserver/client_watch.h"
#include "tools/simserver/fault.h"

namespace anyclaude::sim {

class WriterWatch final : public ClientWatch {
 public:
  explicit WriterWatch(ResponseWriter& writer) : writer_(writer) {}
  bool left() override { return writer_.client_left(); }

 private:
  ResponseWriter& writer_;
};

// Without a fault it passes everything on. When a fault has ended the reply, further calls fail as if the
// client had left. Not thread-safe.
class FaultyWriter final : public ResponseWriter {
 public:
  // `error_event` is what a stream says for error-after, framing included. Waits end early when `client`
  // left.
  FaultyWriter(ResponseWriter& inner, ClientWatch& client, Fault fault, std::string error_event)
      : inner_(inner), client_(client), fault_(std::move(fault)), error_event_(std::move(error_event)) {}

  Status send(int status, const HeaderFields& headers, std::string_view body) override;
  Status start(int status, const HeaderFields& headers) override;
  Status write(std::string_view bytes) override;
  Status finish() override;
  void abort() override { inner_.abort(); }
  bool started() const override { return inner_.started(); }
  std::size_t body_bytes_written() const override { return inner_.body_bytes_written(); }
  bool client_left() override { return inner_.client_left(); }
  int client_fd() const override { return inner_.client_fd(); }

 private:
  Status wait(std::chrono::milliseconds time);
  // Stalls once, when `bytes_out` have been sent.
  Status stall_at(std::size_t bytes_out);
  Status end_by_drop(std::string_view bytes);
  Status end_by_error_event();

  ResponseWriter& inner_;
  ClientWatch& client_;
  const Fault fault_;
  const std::string error_event_;
  bool stalled_ = false;
  bool ended_ = false;
};

}  // namespace anyclaude::sim
