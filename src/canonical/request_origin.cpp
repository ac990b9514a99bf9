#include "canonical/request_origin.h"

#include <string_view>

#include "messages/json_document.h"

namespace anyclaude {
namespace {

std::string string_member(const simdjson::dom::object& object, std::string_view name) {
  std::string_view value;
  if (object.at_key(name).get(value) != simdjson::SUCCESS) return {};
  return std::string(value);
}

RequestOrigin from_json(std::string_view text) {
  const auto document = JsonDocument::parse(std::string(text));
  simdjson::dom::object object;
  if (!document || document->root().get(object) != simdjson::SUCCESS) return {};
  return {string_member(object, "session_id"), string_member(object, "account_uuid")};
}

RequestOrigin from_plain(std::string_view text) {
  static constexpr std::string_view kAccount = "_account_";
  static constexpr std::string_view kSession = "_session_";
  const std::size_t session = text.rfind(kSession);
  if (!text.starts_with("user_") || session == text.npos) return {};
  RequestOrigin origin;
  origin.session_id = text.substr(session + kSession.size());
  const std::string_view before = text.substr(0, session);
  const std::size_t account = before.find(kAccount);
  if (account != before.npos) origin.account_id = before.substr(account + kAccount.size());
  return origin;
}

}  // namespace

RequestOrigin read_request_origin(simdjson::dom::element metadata) {
  std::string_view user_id;
  if (metadata["user_id"].get(user_id) != simdjson::SUCCESS) return {};
  return user_id.starts_with('{') ? from_json(user_id) : from_plain(user_id);
}

}  // namespace anyclaude
