#include "canonical/request_origin.h"

#include <string_view>

#include "messages/json/json_document.h"

namespace anyclaude {
namespace {

std::string from_json(std::string_view text) {
  const auto document = JsonDocument::parse(std::string(text));
  simdjson::dom::object object;
  std::string_view session_id;
  if (!document || document->root().get(object) != simdjson::SUCCESS ||
      object.at_key("session_id").get(session_id) != simdjson::SUCCESS)
    return {};
  return std::string(session_id);
}

std::string from_plain(std::string_view text) {
  static constexpr std::string_view kSession = "_session_";
  const std::size_t session = text.rfind(kSession);
  if (!text.starts_with("user_") || session == text.npos) return {};
  return std::string(text.substr(session + kSession.size()));
}

}  // namespace

std::string read_session_id(simdjson::dom::element metadata) {
  std::string_view user_id;
  if (metadata["user_id"].get(user_id) != simdjson::SUCCESS) return {};
  return user_id.starts_with('{') ? from_json(user_id) : from_plain(user_id);
}

}  // namespace anyclaude
