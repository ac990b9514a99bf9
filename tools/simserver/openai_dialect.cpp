#include "tools/simserver/dialect.h"
#include "tools/simserver/openai_reply.h"
#include "tools/simserver/request_reader.h"

namespace anyclaude::sim {
namespace {

std::string_view error_type(int status) {
  switch (status) {
    case 400:
      return "invalid_request_error";
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 429:
      return "rate_limit_error";
    case 501:
      return "not_supported_error";
    case 503:
      return "unavailable_error";
    default:
      return "server_error";
  }
}

Json error_json(int status, std::string_view type, std::string_view message) {
  return {{"error", {{"code", status}, {"message", message}, {"type", type}}}};
}

class OpenAiDialect final : public Dialect {
 public:
  Result<ChatRequest> read(const Json& body) const override { return read_openai_request(body); }

  ErrorReply error(int status, std::string_view message) const override {
    return {status, json_text(error_json(status, error_type(status), message))};
  }

  // llama.cpp answers 500 to a body it cannot parse.
  ErrorReply bad_json(std::string_view message) const override { return error(500, message); }

  ErrorReply prompt_too_long(std::size_t prompt_tokens, std::size_t context_tokens) const override {
    Json body = error_json(400, "exceed_context_size_error",
                           "request (" + std::to_string(prompt_tokens) +
                               " tokens) exceeds the available context size (" +
                               std::to_string(context_tokens) + " tokens), try increasing it");
    body["error"]["n_prompt_tokens"] = prompt_tokens;
    body["error"]["n_ctx"] = context_tokens;
    return {400, json_text(body)};
  }

  std::string error_event(std::string_view message) const override {
    return "data: " + error(500, message).body + "\n\n";
  }

  std::unique_ptr<ReplySink> sink(const ChatRequest& request, ResponseWriter& writer) const override {
    return make_openai_sink(request, writer);
  }
};

}  // namespace

std::unique_ptr<Dialect> make_openai_dialect() {
  return std::make_unique<OpenAiDialect>();
}

}  // namespace anyclaude::sim
