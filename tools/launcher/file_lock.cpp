#include "tools/launcher/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace anyclaude::launcher {
namespace {

// Whether the name still leads to the file that is open: its last holder may have removed it meanwhile.
bool is_in_place(int fd, const std::filesystem::path& file) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd, &opened) == 0 && ::stat(file.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

}  // namespace

std::optional<FileLock> FileLock::try_take(const std::filesystem::path& file, LockKind kind) {
  for (;;) {
    FileDescriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!descriptor.is_open()) return std::nullopt;
    const int operation = (kind == LockKind::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
    if (::flock(descriptor.get(), operation) != 0) return std::nullopt;
    if (is_in_place(descriptor.get(), file)) return FileLock(std::move(descriptor), file);
  }
}

void FileLock::remove_file() const {
  ::unlink(file_.c_str());
}

}  // namespace anyclaude::launcher
