#include "tools/simserver/completion_endpoint.h"

#include "tools/simserver/faulty_writer.h"
#include "tools/simserver/request_reader.h"

namespace anyclaude::sim {

// A reply that cannot be delivered is not an error here: the client has gone.
void send_error(const ErrorReply& error, ResponseWriter& writer) {
  static_cast<void>(writer.send(error.status, {{"Content-Type", std::string(kJsonContent)}}, error.body));
}

void CompletionEndpoint::handle(const HttpRequest& request, ResponseWriter& writer) const {
  engine_.stats().update([](StatsSnapshot& stats) { ++stats.requests; });
  const auto body = parse_body(request.body);
  if (!body) return refuse(dialect_->bad_json(body.error().message), writer);
  const auto chat = dialect_->read(*body);
  if (!chat) return refuse(dialect_->error(400, chat.error().message), writer);
  const PreparedPrompt prompt = engine_.prepare(*chat);
  const auto fault = fault_for(request, prompt.reply);
  if (!fault) return refuse(dialect_->error(400, fault.error().message), writer);
  answer(*chat, prompt, *fault, writer);
}

void CompletionEndpoint::refuse(const ErrorReply& error, ResponseWriter& writer) const {
  engine_.stats().update([](StatsSnapshot& stats) { ++stats.refused; });
  send_error(error, writer);
}

Result<Fault> CompletionEndpoint::fault_for(const HttpRequest& request, const Reply& reply) const {
  if (const std::string* header = request.headers.find("x-sim-fault")) return parse_fault(*header);
  if (!reply.fault.empty()) return parse_fault(reply.fault);
  return faults_.take();
}

void CompletionEndpoint::answer(const ChatRequest& request, const PreparedPrompt& prompt, const Fault& fault,
                                ResponseWriter& writer) const {
  if (fault.any()) engine_.stats().update([](StatsSnapshot& stats) { ++stats.faulted; });
  WriterWatch client(writer);
  FaultyWriter faulty(writer, client, fault, dialect_->error_event("simulated fault in the stream"));
  if (fault.drop) {
    static_cast<void>(wait_until(std::chrono::steady_clock::now() + fault.stall, client));
    return writer.abort();
  }
  if (fault.status) return send_error(dialect_->error(*fault.status, "simulated fault"), faulty);

  const auto sink = dialect_->sink(request, faulty);
  switch (engine_.run(request, prompt, *sink, client)) {
    case RunEnd::complete:
      return;
    case RunEnd::prompt_too_long:
      return send_error(dialect_->prompt_too_long(prompt.tokens.size(), engine_.options().context_tokens),
                        faulty);
    case RunEnd::client_left:
      return writer.abort();
  }
}

}  // namespace anyclaude::sim
