#include "storage/state_checks.h"

#include <string>

#include "base/limits.h"

namespace anyclaude {
namespace {

tl::unexpected<Error> too_large(const StateTable& table, std::string_view what) {
  return fail(ErrorKind::too_large, ErrorSource::store,
              "A " + std::string(what) + " of the state table \"" + std::string(table.name) +
                  "\" is over its limit.");
}

}  // namespace

Status check_state_key(const StateTable& table, std::string_view key) {
  if (table.name.empty() || table.name.size() > limits::kStateTableNameBytesMax)
    return too_large(table, "name");
  if (key.size() > limits::kStateKeyBytesMax) return too_large(table, "key");
  return {};
}

Status check_state_entry(const StateTable& table, std::string_view key, std::string_view value) {
  if (value.size() > table.value_bytes_max) return too_large(table, "value");
  return check_state_key(table, key);
}

}  // namespace anyclaude
