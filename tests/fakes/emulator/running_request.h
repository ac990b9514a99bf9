// One request to the model that is being worked on, counted among those of its server.
#pragma once

#include <atomic>

#include "http/server/response_writer.h"

namespace anyclaude::emulators {

// Passes a reply on. The request is counted until just before the client can see the reply's end: what the
// client asks next may arrive before the thread of this request is done.
class RunningRequest final : public ResponseWriter {
 public:
  RunningRequest(std::atomic<int>& count, ResponseWriter& client)
      : count_(count), before_(count++), client_(client) {}
  ~RunningRequest() override { end(); }
  RunningRequest(const RunningRequest&) = delete;
  RunningRequest& operator=(const RunningRequest&) = delete;

  // How many were running when this one came.
  int before() const { return before_; }

  Status send(int status, const HeaderFields& headers, std::string_view body) override {
    end();
    return client_.send(status, headers, body);
  }
  Status start(int status, const HeaderFields& headers) override { return client_.start(status, headers); }
  Status write(std::string_view bytes) override { return client_.write(bytes); }
  Status finish() override {
    end();
    return client_.finish();
  }
  void abort() override {
    end();
    client_.abort();
  }
  bool started() const override { return client_.started(); }
  std::size_t body_bytes_written() const override { return client_.body_bytes_written(); }
  bool client_left() override { return client_.client_left(); }
  int client_fd() const override { return client_.client_fd(); }

 private:
  void end() {
    if (!ended_) --count_;
    ended_ = true;
  }

  std::atomic<int>& count_;
  const int before_;
  ResponseWriter& client_;
  bool ended_ = false;
};

}  // namespace anyclaude::emulators
