// Whom a file's permissions let in.
#pragma once

#include <filesystem>

namespace anyclaude {

// Whether other users than its owner may write what `path` names: such a file cannot be trusted to be the
// user's own. False for a path that cannot be looked at; opening it tells why.
inline bool others_may_write(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (error || !std::filesystem::exists(status)) return false;
  constexpr auto kOthers = std::filesystem::perms::group_write | std::filesystem::perms::others_write;
  return (status.permissions() & kOthers) != std::filesystem::perms::none;
}

}  // namespace anyclaude
