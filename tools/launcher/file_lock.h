// Locks that the system releases when their holder dies, however it dies: by them the programs that share a
// broker know of each other.
#pragma once

#include <filesystem>
#include <optional>

#include "http/net/socket.h"

namespace anyclaude::launcher {

enum class LockKind { shared, exclusive };

// Held as long as the object lives. Children do not inherit it.
class FileLock {
 public:
  // Nothing when another process holds it in a way that excludes this one, or when the file cannot be made.
  static std::optional<FileLock> try_take(const std::filesystem::path& file, LockKind kind);

  // Removes the file. Only for the holder of an exclusive lock, and only before the object goes.
  void remove_file() const;

 private:
  FileLock(FileDescriptor descriptor, std::filesystem::path file)
      : descriptor_(std::move(descriptor)), file_(std::move(file)) {}

  FileDescriptor descriptor_;
  std::filesystem::path file_;
};

}  // namespace anyclaude::launcher
