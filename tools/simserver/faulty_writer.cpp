#include "tools/simserver/faulty_writer.h"

namespace anyclaude::sim {
namespace {

constexpr std::string_view kGarbageBody = "{\"choices\": [<<< this is not JSON";
constexpr std::string_view kGarbageEvent = "data: {\"choices\": [<<< this is not JSON\n\n";

tl::unexpected<Error> gone() {
  return fail(ErrorKind::cancelled, ErrorSource::client, "the reply was ended by a fault or the client left");
}

}  // namespace

Status FaultyWriter::wait(std::chrono::milliseconds time) {
  if (time.count() == 0) return {};
  if (wait_until(std::chrono::steady_clock::now() + time, client_) == WaitEnd::client_left) return gone();
  return {};
}

Status FaultyWriter::stall_at(std::size_t bytes_out) {
  if (stalled_ || bytes_out < fault_.stall_after) return {};
  stalled_ = true;
  return wait(fault_.stall);
}

Status FaultyWriter::send(int status, const HeaderFields& headers, std::string_view body) {
  const bool in_pieces = fault_.drop_after || fault_.slow.count() > 0 || fault_.stall_after > 0;
  if (!in_pieces) {
    if (auto waited = stall_at(0); !waited) return waited;
    return inner_.send(status, headers, fault_.garbage ? kGarbageBody : body);
  }
  if (auto begun = start(status, headers); !begun) return begun;
  if (auto written = write(body); !written) return written;
  return finish();
}

Status FaultyWriter::start(int status, const HeaderFields& headers) {
  if (auto waited = stall_at(0); !waited) return waited;
  return inner_.start(status, headers);
}

Status FaultyWriter::write(std::string_view bytes) {
  if (ended_) return gone();
  if (auto waited = wait(fault_.slow); !waited) return waited;
  if (auto waited = stall_at(inner_.body_bytes_written()); !waited) return waited;
  const std::size_t after = inner_.body_bytes_written() + bytes.size();
  if (fault_.drop_after && after > *fault_.drop_after) return end_by_drop(bytes);
  if (auto written = inner_.write(fault_.garbage ? kGarbageEvent : bytes); !written) return written;
  if (fault_.error_after && after >= *fault_.error_after) return end_by_error_event();
  return {};
}

Status FaultyWriter::end_by_drop(std::string_view bytes) {
  ended_ = true;
  const std::size_t out = inner_.body_bytes_written();
  const std::size_t left = *fault_.drop_after > out ? *fault_.drop_after - out : 0;
  if (left > 0) {
    if (auto written = inner_.write(bytes.substr(0, left)); !written) return written;
  }
  inner_.abort();
  return gone();
}

Status FaultyWriter::end_by_error_event() {
  ended_ = true;
  if (auto written = inner_.write(error_event_); !written) return written;
  if (auto finished = inner_.finish(); !finished) return finished;
  return gone();
}

Status FaultyWriter::finish() {
  if (ended_) return gone();
  return inner_.finish();
}

}  // namespace anyclaude::sim
