#include "storage/learned_epoch.h"

#include "base/random_id.h"

namespace anyclaude {
namespace {

constexpr StateTable kEpochTable{"learned_epoch", 1, 1, 64, StateRetention::kept};
constexpr std::string_view kEpochKey = "epoch";

}  // namespace

Result<std::string> read_learned_epoch(StateStore& states) {
  return states.get(kEpochTable, kEpochKey).map([](const auto& value) { return value.value_or(""); });
}

Status renew_learned_epoch(StateStore& states) {
  return states.put(kEpochTable, kEpochKey, random_id(""));
}

}  // namespace anyclaude
