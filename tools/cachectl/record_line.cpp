#include "tools/cachectl/record_line.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/bounded_json.h"
#include "base/digest.h"
#include "cache/admission.h"

namespace anyclaude::cachectl {
namespace {

using nlohmann::json;

constexpr const char* kTooDeep = "It is nested deeper than any record that a broker keeps.";

tl::unexpected<Error> refuse(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::client, std::move(message));
}

// Length in front of each text, so that no text can pass for another's end.
std::string checksum(const StoredResponse& response) {
  std::string bytes = "anyclaude record " + std::to_string(kRecordLineVersion);
  const auto add = [&bytes](const std::string& text) {
    bytes += ' ' + std::to_string(text.size()) + ':' + text;
  };
  add(response.canonical_sha256);
  add(response.model);
  add(std::to_string(response.created_at_ms));
  add(std::to_string(response.expires_at_ms));
  add(std::to_string(response.producer_revision));
  add(std::to_string(response.input_tokens));
  add(std::to_string(response.output_tokens));
  add(std::to_string(response.generation_ms));
  add(response.message_json);
  return sha256_hex(bytes);
}

// Reads the members of a line; the first that is missing or wrong is remembered by name.
class Members {
 public:
  explicit Members(const json& line) : line_(line) {}

  std::string text(const char* name) {
    const auto found = line_.find(name);
    if (found != line_.end() && found->is_string()) return found->get<std::string>();
    note(name);
    return {};
  }
  template <typename T>
  T number(const char* name) {
    const auto found = line_.find(name);
    if (found != line_.end() && found->is_number_unsigned())
      if (const auto value = found->get<std::uint64_t>();
          value <= static_cast<std::uint64_t>(std::numeric_limits<T>::max()))
        return static_cast<T>(value);
    note(name);
    return 0;
  }
  const std::string& wrong() const { return wrong_; }

 private:
  void note(const char* name) {
    if (wrong_.empty()) wrong_ = name;
  }

  const json& line_;
  std::string wrong_;
};

// Which tools were offered is not known any more; those that were called are taken to have been.
std::vector<OfferedTool> called_tools(const json& message) {
  std::vector<OfferedTool> tools;
  const auto content = message.find("content");
  if (content == message.end() || !content->is_array()) return tools;
  for (const json& block : *content)
    if (block.is_object() && block.contains("name") && block["name"].is_string())
      tools.push_back({block["name"].get<std::string>(), "{}"});
  return tools;
}

}  // namespace

std::string record_line(const StoredResponse& response) {
  const nlohmann::ordered_json line = {{"anyclaude_record", kRecordLineVersion},
                                       {"sha256", response.canonical_sha256},
                                       {"model", response.model},
                                       {"created_at_ms", response.created_at_ms},
                                       {"expires_at_ms", response.expires_at_ms},
                                       {"producer_revision", response.producer_revision},
                                       {"input_tokens", response.input_tokens},
                                       {"output_tokens", response.output_tokens},
                                       {"generation_ms", response.generation_ms},
                                       {"message", response.message_json},
                                       {"line_sha256", checksum(response)}};
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

Status check_answer(const StoredResponse& response) {
  const json message = parse_json(response.message_json);
  if (message.is_discarded() && is_json_too_deep(response.message_json)) return refuse(kTooDeep);
  if (!message.is_object()) return refuse("Its message is not a JSON object.");
  const AdmissionVerdict verdict = judge(MessageCompleteness::complete, message, called_tools(message));
  if (verdict == AdmissionVerdict::admitted) return {};
  return refuse("No broker would have kept its message: " + std::string(name_of(verdict)) + ".");
}

Result<StoredResponse> read_record_line(std::string_view line) {
  const json document = parse_json(line);
  if (document.is_discarded() && is_json_too_deep(line)) return refuse(kTooDeep);
  if (document.is_discarded()) return refuse("It is not JSON.");
  if (!document.is_object() || !document.contains("anyclaude_record"))
    return refuse("It is not a record that export wrote.");
  if (document["anyclaude_record"] != kRecordLineVersion)
    return refuse("It was written by another version of anyclaude-cachectl.");
  Members members(document);
  StoredResponse response;
  response.canonical_sha256 = members.text("sha256");
  response.model = members.text("model");
  response.created_at_ms = members.number<std::int64_t>("created_at_ms");
  response.expires_at_ms = members.number<std::int64_t>("expires_at_ms");
  response.producer_revision = members.number<std::uint32_t>("producer_revision");
  response.input_tokens = members.number<std::uint64_t>("input_tokens");
  response.output_tokens = members.number<std::uint64_t>("output_tokens");
  response.generation_ms = members.number<std::uint32_t>("generation_ms");
  response.message_json = members.text("message");
  const std::string said = members.text("line_sha256");
  if (!members.wrong().empty()) return refuse("Its member " + members.wrong() + " is missing or wrong.");
  if (said != checksum(response)) return refuse("Its checksum does not fit: it was changed or damaged.");
  if (const Status fit = check_answer(response); !fit) return tl::unexpected(fit.error());
  return response;
}

}  // namespace anyclaude::cachectl
