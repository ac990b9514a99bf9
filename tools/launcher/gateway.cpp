#include "tools/launcher/gateway.h"

#include "http/wire/url.h"

namespace anyclaude::launcher {

std::string gateway_note(const Setting& setting, const ChosenBackend& backend) {
  const std::string text = variable(setting.environment, "ANTHROPIC_BASE_URL");
  if (text.empty()) return {};
  const auto gateway = parse_url(text);
  if (gateway && without_v1(*gateway) == backend.settings.base_url) return {};
  const std::string shown = gateway ? gateway->text() : std::string("an address that cannot be read");
  std::string note = "ANTHROPIC_BASE_URL is " + shown + ", and it does not count here: requests go to " +
                     backend.settings.base_url.text();
  if (backend.is_anthropic()) note += ", with the key or token that is set for Claude Code";
  return note +
         ". To keep the gateway, write its address as \"baseUrl\" of backend claude, or unset the variable";
}

}  // namespace anyclaude::launcher
