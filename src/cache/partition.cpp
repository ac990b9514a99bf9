#include "cache/partition.h"

#include "canonical/canonical_writer.h"

namespace anyclaude {

std::string partition_of(Lane lane, const Caller& caller, const HashSecret& secret) {
  if (!caller.broker_key_name.empty()) return std::string(caller.broker_key_name);
  switch (lane) {
    case Lane::rewritten:
      return "local";
    case Lane::verbatim:
      break;
  }
  // Names and values with their lengths in front: no line can pass for another, nor two for one.
  std::string lines;
  CanonicalWriter writer(lines);
  for (const auto& [name, value] : caller.credentials) {
    writer.field(name);
    writer.string(value);
  }
  const std::string_view kind = caller.credentials.empty() ? "anonymous-" : "caller-";
  return std::string(kind) + keyed_digest(lines, secret).hex();
}

}  // namespace anyclaude
