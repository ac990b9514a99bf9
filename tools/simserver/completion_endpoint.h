// One request for an answer, from the received body to the last byte of the reply.
#pragma once

#include "http/server/response_writer.h"
#include "http/wire/http_message.h"
#include "tools/simserver/dialect.h"
#include "tools/simserver/engine.h"
#include "tools/simserver/fault.h"

namespace anyclaude::sim {

// Thread-safe. Faults are taken from the `x-sim-fault` header, else from the script or the prompt
// (`SIM-FAULT:`), else from the queue.
class CompletionEndpoint {
 public:
  CompletionEndpoint(std::unique_ptr<Dialect> dialect, Engine& engine, FaultQueue& faults)
      : dialect_(std::move(dialect)), engine_(engine), faults_(faults) {}

  void handle(const HttpRequest& request, ResponseWriter& writer) const;
  const Dialect& dialect() const { return *dialect_; }

 private:
  void answer(const ChatRequest& request, const PreparedPrompt& prompt, const Fault& fault,
              ResponseWriter& writer) const;
  void refuse(const ErrorReply& error, ResponseWriter& writer) const;
  Result<Fault> fault_for(const HttpRequest& request, const Reply& reply) const;

  std::unique_ptr<Dialect> dialect_;
  Engine& engine_;
  FaultQueue& faults_;
};

void send_error(const ErrorReply& error, ResponseWriter& writer);

}  // namespace anyclaude::sim
