#include "http/server/rejector.h"

#include "base/limits.h"
#include "http/server/server_connection.h"
#include "http/wire/header_syntax.h"
#include "http/wire/status_text.h"

namespace anyclaude {
namespace {

std::string overloaded_reply(std::string_view body) {
  std::string reply = "HTTP/1.1 529 ";
  reply.append(status_text(529)).append("\r\n");
  append_field_line(reply, "Content-Type", "application/json");
  append_field_line(reply, "Content-Length", std::to_string(body.size()));
  append_field_line(reply, "Retry-After", "1");
  append_field_line(reply, kContentTypeOptions, "nosniff");
  append_field_line(reply, "Connection", "close");
  return reply.append("\r\n").append(body);
}

}  // namespace

Rejector::Rejector(std::string_view body) : reply_(overloaded_reply(body)) {
  for (std::thread& thread : threads_) thread = std::thread([this] { work(); });
}

Rejector::~Rejector() {
  stop();
}

void Rejector::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    open_ -= waiting_.size();
    waiting_.clear();
  }
  has_work_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Rejector::reject(FileDescriptor socket) {
  ++refused_;
  const std::lock_guard lock(mutex_);
  if (stopping_ || waiting_.size() >= limits::kRefusalsQueuedMax) return;
  waiting_.push_back(std::move(socket));
  ++open_;
  has_work_.notify_one();
}

void Rejector::work() {
  while (true) {
    FileDescriptor socket;
    {
      std::unique_lock lock(mutex_);
      has_work_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      socket = std::move(waiting_.front());
      waiting_.pop_front();
    }
    answer(socket.get());
    socket.close();
    --open_;
  }
}

void Rejector::answer(int fd) const {
  ServerConnection connection(fd, limits::kRefusalHeadTimeMax);
  const Deadline deadline(limits::kRefusalHeadTimeMax);
  while (find_head_end(connection.buffered()).state == HeadState::incomplete) {
    const bool too_much = connection.buffered().size() > limits::kRequestHeadBytesMax;
    if (too_much || deadline.passed() || connection.receive(deadline) != Received::bytes) break;
  }
  if (connection.send(reply_) == Sent::all) connection.end_with_request_unread();
}

}  // namespace anyclaude
