// Which entries a verb is about.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "storage/response_store.h"

namespace anyclaude::cachectl {

// The conditions hold together; one that is not set holds always.
struct EntryFilter {
  std::optional<std::string> model;
  std::optional<std::chrono::seconds> older_than;  // since they were admitted
  std::optional<std::chrono::seconds> newer_than;
  std::optional<std::chrono::seconds> unused;      // neither admitted nor asked for within this time
  std::optional<std::uint64_t> larger_than_bytes;  // as stored
  std::optional<std::uint64_t> smaller_than_bytes;
  std::optional<std::uint64_t> hits_min;
  std::optional<std::uint64_t> hits_max;

  bool selects_everything() const;
  bool matches(const EntryInfo& info, std::int64_t now_ms) const;
};

}  // namespace anyclaude::cachectl
