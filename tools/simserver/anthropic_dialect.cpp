#include "messages/events/api_error.h"
#include "tools/simserver/anthropic_reply.h"
#include "tools/simserver/dialect.h"
#include "tools/simserver/request_reader.h"

namespace anyclaude::sim {
namespace {

class AnthropicDialect final : public Dialect {
 public:
  Result<ChatRequest> read(const Json& body) const override {
    return read_anthropic_request(body, MaxTokensField::required);
  }

  ErrorReply error(int status, std::string_view message) const override {
    const ApiError error{status, std::string(api_error_type(status)), std::string(message)};
    return {status, error.json("req_simserver")};
  }

  ErrorReply bad_json(std::string_view message) const override { return error(400, message); }

  ErrorReply prompt_too_long(std::size_t prompt_tokens, std::size_t context_tokens) const override {
    const ApiError error = anyclaude::prompt_too_long(prompt_tokens, context_tokens);
    return {error.status, error.json("req_simserver")};
  }

  std::string error_event(std::string_view message) const override {
    return "event: error\ndata: " + error(500, message).body + "\n\n";
  }

  std::unique_ptr<ReplySink> sink(const ChatRequest& request, ResponseWriter& writer) const override {
    return make_anthropic_sink(request, writer);
  }
};

}  // namespace

std::unique_ptr<Dialect> make_anthropic_dialect() {
  return std::make_unique<AnthropicDialect>();
}

}  // namespace anyclaude::sim
