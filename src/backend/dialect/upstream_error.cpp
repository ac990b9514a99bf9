#include "backend/dialect/upstream_error.h"

#include <algorithm>
#include <string>

#include "backend/dialect/context_overflow.h"
#include "backend/dialect/reply_decoder.h"
#include "base/limits.h"
#include "messages/events/reply_json.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

// An error reply as far as it could be read.
struct Said {
  std::string message;
  std::string code;
  int status = 0;
  std::optional<std::uint64_t> prompt_tokens;
  std::optional<std::uint64_t> tokens_max;
};

std::optional<std::uint64_t> count_at(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

void read_code(const Json& object, const char* name, Said& said) {
  const auto found = object.find(name);
  if (found == object.end()) return;
  if (found->is_string() && said.code.empty()) said.code = found->get<std::string>();
  if (found->is_number_integer()) {
    const auto value = found->get<std::int64_t>();
    if (value >= 400 && value <= 599) said.status = static_cast<int>(value);
  }
}

// The object with the details may stand at the top, under "error", or under "error" once more.
void read_object(const Json& object, Said& said) {
  for (const char* name : {"message", "detail", "msg", "error", "reason"}) {
    if (!said.message.empty()) break;
    said.message = string_or_empty(object, name);
  }
  // "code" tells more than "type" where a server sends both.
  for (const char* name : {"code", "status_code", "status", "type"}) read_code(object, name, said);
  if (!said.prompt_tokens) said.prompt_tokens = count_at(object, "n_prompt_tokens");
  if (!said.tokens_max) said.tokens_max = count_at(object, "n_ctx");
}

Said read_reply(const Json& reply) {
  Said said;
  const Json* object = &reply;
  for (int depth = 0; depth < 4 && object->is_object(); ++depth) {
    const auto inner = object->find("error");
    if (inner == object->end() || !inner->is_object()) break;
    object = &*inner;
  }
  if (object->is_object()) read_object(*object, said);
  if (object != &reply && reply.is_object()) read_object(reply, said);
  if (said.message.empty() && reply.is_object()) {
    // FastAPI lists what is wrong with a request as objects under "detail".
    const auto detail = reply.find("detail");
    if (detail != reply.end() && !detail->is_null()) said.message = detail->dump();
  }
  if (said.message.size() > limits::kUpstreamErrorTextBytesMax)
    said.message.resize(limits::kUpstreamErrorTextBytesMax);
  return said;
}

// For errors inside a 200 reply that name no status.
int status_from_code(std::string_view code) {
  struct Known {
    std::string_view part;
    int status;
  };
  static constexpr Known kKnown[] = {{"rate_limit", 429}, {"overloaded", 529}, {"unavailable", 503},
                                     {"invalid", 400},    {"BadRequest", 400}, {"authentication", 401},
                                     {"permission", 403}, {"not_found", 404},  {"timeout", 504}};
  for (const Known& known : kKnown)
    if (code.find(known.part) != std::string_view::npos) return known.status;
  return 500;
}

int client_status(int status) {
  switch (status) {
    case 401:
    case 402:
    case 403:
    case 404:
    case 413:
    case 429:
    case 500:
    case 502:
    case 504:
    case kLoopStatus:
    case 529:
      return status;
    case 408:
      return 504;
    case 503:
      return 529;
    default:
      if (status >= 400 && status < 500) return 400;
      return status >= 500 && status < 600 ? 500 : 502;
  }
}

// Some servers answer 500 to what they can never take. The client would send it again and again.
bool is_about_the_request(std::string_view message) {
  static constexpr std::string_view kPhrases[] = {
      "image input is not supported",                     // llama.cpp without a projector
      "Text only template only support string contents",  // MLX-Textgen
      "Only 'text' content type is supported",            // mlx-lm, as a 404
  };
  return std::ranges::any_of(
      kPhrases, [&](std::string_view phrase) { return message.find(phrase) != std::string_view::npos; });
}

ApiError translate(int status, const Said& said, const PromptSizes& sizes) {
  // A status inside the reply is the truer one where a server answers 200 first and thinks later.
  const int said_status = said.status != 0 ? said.status : status_from_code(said.code);
  const int upstream_status = status >= 400 ? status : said_status;
  const bool may_be_overflow = upstream_status != 401 && upstream_status != 403 && upstream_status != 429;
  if (const auto overflow = find_context_overflow(said.code, said.message); overflow && may_be_overflow) {
    const auto limit = said.tokens_max        ? said.tokens_max
                       : overflow->tokens_max ? overflow->tokens_max
                                              : sizes.context_tokens;
    const auto prompt = said.prompt_tokens ? said.prompt_tokens : overflow->prompt_tokens;
    // Where the prompt alone would fit, it is the sum that does not.
    const bool prompt_fits = prompt && limit && *prompt <= *limit;
    const auto too_many =
        overflow->total_tokens && (!prompt || prompt_fits) ? overflow->total_tokens : prompt;
    const std::uint64_t tokens = too_many.value_or(sizes.prompt_tokens_estimate);
    // Without a limit the best answer is that this prompt was too much; the first number must be
    // the larger one, for the client works out from both how much has to go.
    const std::uint64_t tokens_max = limit.value_or(tokens > 1 ? tokens - 1 : 1);
    return prompt_too_long(std::max(tokens, tokens_max + 1), tokens_max);
  }
  const int out_status = is_about_the_request(said.message) ? 400 : client_status(upstream_status);
  std::string message = said.message;
  if (message.empty()) message = "the model server answered with status " + std::to_string(upstream_status);
  if (upstream_status == 401) message = "the model server refused the broker's key: " + message;
  return {out_status, std::string(api_error_type(out_status)), std::move(message), {}};
}

bool looks_like_markup(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && text[at] == '<';
}

ApiError translate_body(int status, std::string_view body, const PromptSizes& sizes) {
  const Json reply = parse_or_repair(body);
  if (reply.is_object()) return translate_error_reply(status, reply, sizes);
  Said said;
  if (reply.is_string()) {
    said.message = reply.get<std::string>();
  } else if (!looks_like_markup(body)) {
    said.message = body.substr(0, limits::kUpstreamErrorTextBytesMax);
  }
  return translate(status, said, sizes);
}

}  // namespace

bool is_error_reply(const Json& reply) {
  if (!reply.is_object()) return false;
  const auto error = reply.find("error");
  if (error != reply.end() && !error->is_null() &&
      !(error->is_string() && error->get_ref<const std::string&>().empty()))
    return true;
  const bool is_answer = reply.contains("choices");
  return !is_answer && (string_or_empty(reply, "object") == "error" ||
                        string_or_empty(reply, "type") == "error" || reply.contains("detail"));
}

ApiError translate_error_reply(int status, const Json& reply, const PromptSizes& sizes) {
  return translate(status, read_reply(reply), sizes);
}

ApiError cut_reply_error(UpstreamEnd end) {
  if (end == UpstreamEnd::idle_timed_out || end == UpstreamEnd::first_byte_timed_out)
    return {504, "timeout_error", "the model server went silent in the middle of its reply"};
  if (end == UpstreamEnd::too_large) return {502, "api_error", "the model server's reply is too large"};
  return {502, "api_error", "the model server's reply was cut off before it was whole"};
}

ApiError translate_upstream_error(int status, const HeaderFields& headers, std::string_view body,
                                  std::uint64_t prompt_tokens_estimate,
                                  std::optional<std::uint64_t> context_tokens) {
  ApiError error = translate_body(status, body, {prompt_tokens_estimate, context_tokens});
  error.retry_after = headers.get("Retry-After");
  return error;
}

std::optional<std::uint64_t> room_for_answer(std::string_view error_body) {
  const Json reply = parse_reply_json(error_body);
  if (!reply.is_object()) return std::nullopt;
  const Said said = read_reply(reply);
  const auto overflow = find_context_overflow(said.code, said.message);
  if (!overflow) return std::nullopt;
  const auto prompt = said.prompt_tokens ? said.prompt_tokens : overflow->prompt_tokens;
  const auto limit = said.tokens_max ? said.tokens_max : overflow->tokens_max;
  if (!prompt || !limit || *prompt >= *limit) return std::nullopt;
  return *limit - *prompt;
}

}  // namespace anyclaude
