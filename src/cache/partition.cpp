#include "cache/partition.h"

namespace anyclaude {
namespace {

// Which kind of secret was hashed stands in front, so that no key can pass for an account.
std::string hashed(std::string_view kind, std::string_view value, const HashSecret& secret) {
  const std::string text = std::string(kind) + ":" + std::string(value);
  return std::string(kind) + "-" + keyed_digest(text, secret).hex();
}

}  // namespace

std::string partition_of(Lane lane, const Caller& caller, const HashSecret& secret) {
  if (!caller.broker_key_name.empty()) return std::string(caller.broker_key_name);
  switch (lane) {
    case Lane::rewritten:
      return "local";
    case Lane::verbatim:
      break;
  }
  if (!caller.api_key.empty()) return hashed("api", caller.api_key, secret);
  if (caller.bearer.empty()) return hashed("nobody", "", secret);
  if (!caller.account_id.empty()) return hashed("account", caller.account_id, secret);
  return hashed("token", caller.bearer, secret);
}

}  // namespace anyclaude
