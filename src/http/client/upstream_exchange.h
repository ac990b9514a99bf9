#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <semaphore>

#include "http/client/reply_reader.h"
#include "http/client/upstream_queue.h"
#include "http/client/upstream_transport.h"
#include "http/net/cancel_token.h"
#include "http/net/tls_trust.h"

namespace anyclaude {

// A server, whom to trust for it (https alone), and the proxy in front of it.
struct UpstreamTarget {
  Url base;
  std::shared_ptr<const TlsTrust> trust;
  std::optional<Proxy> proxy;
  std::string via_mark;
};

// One request and its reply: looks the name up, connects, sends, reads. Runs on one thread and puts what it
// finds into the queue; cancel() comes from any.
class UpstreamExchange {
 public:
  UpstreamExchange(const UpstreamTarget& target, UpstreamRequest request);

  void run();
  // What run() does last; in place of run(), when there is no thread to run it on.
  void end_with(UpstreamDone done);
  void cancel();
  // Waits for run() to end. Not called again after it returned true.
  bool ends_within(std::chrono::milliseconds time) { return ended_.try_acquire_for(time); }

  UpstreamQueue& queue() { return queue_; }
  std::int64_t head_ms() const { return head_ms_; }

 private:
  UpstreamDone connect_and_converse();
  UpstreamDone converse(int fd);
  UpstreamDone begin_tls(UpstreamTransport& transport);
  // Says of a failure to connect that it was the proxy's.
  UpstreamDone unconnected(UpstreamEnd end) const;
  UpstreamEnd send_and_receive(UpstreamTransport& transport);
  // Sends what the socket takes; false once nothing more can be sent.
  bool send_some(UpstreamTransport& transport);
  std::optional<UpstreamEnd> receive_some(UpstreamTransport& transport, ReplyReader& reader);
  std::string head_text() const;

  const UpstreamTarget target_;
  const UpstreamRequest request_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::string head_;
  std::string_view head_left_;
  std::string_view body_left_;
  CancelToken cancel_;
  UpstreamQueue queue_;
  std::atomic<std::int64_t> head_ms_ = -1;
  std::binary_semaphore ended_{0};
};

}  // namespace anyclaude
