#include "storage/lmdb/presence_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

#include "storage/lmdb/store_error.h"

namespace anyclaude::lmdb {
namespace {

// Each lock is one byte of the file; the bytes need not exist.
constexpr off_t kPresenceByte = 0;
constexpr off_t kWriterByte = 1;
constexpr off_t kReplacingByte = 2;
constexpr std::chrono::milliseconds kRetryInterval{20};

struct flock lock_of(short type, off_t byte) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return lock;
}

bool try_lock(int file, short type, off_t byte) {
  struct flock lock = lock_of(type, byte);
  int code = 0;
  do code = ::fcntl(file, F_SETLK, &lock);
  while (code != 0 && errno == EINTR);
  return code == 0;
}

pid_t holder(int file, off_t byte) {
  struct flock lock = lock_of(F_WRLCK, byte);
  if (::fcntl(file, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return lock.l_pid;
}

}  // namespace

Result<std::unique_ptr<PresenceLock>> PresenceLock::enter(const std::filesystem::path& directory,
                                                          std::chrono::milliseconds wait_max) {
  const auto path = directory / kPresenceFileName;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return tl::unexpected(store_error(errno, "opened", directory));
  std::unique_ptr<PresenceLock> presence(new PresenceLock(file));
  const auto deadline = std::chrono::steady_clock::now() + wait_max;
  while (!try_lock(file, F_RDLCK, kPresenceByte)) {
    if (errno != EAGAIN && errno != EACCES) return tl::unexpected(store_error(errno, "opened", directory));
    if (std::chrono::steady_clock::now() >= deadline)
      return fail(ErrorKind::unavailable, ErrorSource::store,
                  "The store in " + directory.string() + " is being compacted by process " +
                      std::to_string(presence->other_process()) + ". Try again when that is done.",
                  Retry::later);
    std::this_thread::sleep_for(kRetryInterval);
  }
  return presence;
}

PresenceLock::~PresenceLock() {
  ::close(file_);
}

bool PresenceLock::exclude() {
  return try_lock(file_, F_WRLCK, kPresenceByte);
}

void PresenceLock::share() {
  (void)try_lock(file_, F_RDLCK, kPresenceByte);
}

pid_t PresenceLock::other_process() const {
  return holder(file_, kPresenceByte);
}

bool PresenceLock::begin_replacing(std::chrono::milliseconds wait_max) {
  const auto deadline = std::chrono::steady_clock::now() + wait_max;
  while (!try_lock(file_, F_WRLCK, kReplacingByte)) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kRetryInterval);
  }
  return true;
}

void PresenceLock::end_replacing() {
  (void)try_lock(file_, F_UNLCK, kReplacingByte);
}

void PresenceLock::begin_writing() {
  (void)try_lock(file_, F_WRLCK, kWriterByte);
}

void PresenceLock::end_writing() {
  (void)try_lock(file_, F_UNLCK, kWriterByte);
}

pid_t PresenceLock::other_writer() const {
  return holder(file_, kWriterByte);
}

}  // namespace anyclaude::lmdb
