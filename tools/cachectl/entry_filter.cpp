#include "tools/cachectl/entry_filter.h"

#include <algorithm>

namespace anyclaude::cachectl {
namespace {

std::int64_t milliseconds(std::chrono::seconds time) {
  return std::chrono::milliseconds(time).count();
}

}  // namespace

bool EntryFilter::selects_everything() const {
  return !model && !older_than && !newer_than && !unused && !larger_than_bytes && !smaller_than_bytes &&
         !hits_min && !hits_max;
}

bool EntryFilter::matches(const EntryInfo& info, std::int64_t now_ms) const {
  const std::int64_t age_ms = now_ms - info.created_at_ms;
  if (model && info.model != *model) return false;
  if (older_than && age_ms <= milliseconds(*older_than)) return false;
  if (newer_than && age_ms >= milliseconds(*newer_than)) return false;
  if (unused && now_ms - std::max(info.last_used_at_ms, info.created_at_ms) <= milliseconds(*unused))
    return false;
  if (larger_than_bytes && info.stored_bytes <= *larger_than_bytes) return false;
  if (smaller_than_bytes && info.stored_bytes >= *smaller_than_bytes) return false;
  if (hits_min && info.hits < *hits_min) return false;
  return !hits_max || info.hits <= *hits_max;
}

}  // namespace anyclaude::cachectl
