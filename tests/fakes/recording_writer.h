// A client's end of a connection that keeps what it is sent, and can leave in the middle.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <string>

#include "http/server/response_writer.h"

namespace anyclaude::fakes {

class RecordingWriter final : public ResponseWriter {
 public:
  enum class State { waiting, streaming, finished, aborted };

  Status send(int reply_status, const HeaderFields& reply_headers, std::string_view reply_body) override {
    if (before_last_bytes) before_last_bytes();
    if (body.size() + reply_body.size() > leaves_after_bytes) return gone();
    status = reply_status;
    headers = reply_headers;
    body = std::string(reply_body);
    state = State::finished;
    return {};
  }
  Status start(int reply_status, const HeaderFields& reply_headers) override {
    status = reply_status;
    headers = reply_headers;
    state = State::streaming;
    return {};
  }
  Status write(std::string_view bytes) override {
    if (before_last_bytes && bytes.find("message_stop") != std::string_view::npos) before_last_bytes();
    if (body.size() + bytes.size() > leaves_after_bytes) return gone();
    body += bytes;
    ++writes;
    return {};
  }
  Status finish() override {
    state = State::finished;
    return {};
  }
  void abort() override { state = State::aborted; }
  bool started() const override { return state != State::waiting; }
  std::size_t body_bytes_written() const override { return body.size(); }
  bool client_left() override { return left; }
  int client_fd() const override { return -1; }

  int status = 0;
  HeaderFields headers;
  std::string body;
  State state = State::waiting;
  int writes = 0;
  bool left = false;
  std::size_t leaves_after_bytes = std::numeric_limits<std::size_t>::max();
  std::function<void()> before_last_bytes;  // called when the client is about to get the end of its answer

 private:
  Status gone() {
    left = true;
    return fail(ErrorKind::cancelled, ErrorSource::client, "the client left");
  }
};

}  // namespace anyclaude::fakes
