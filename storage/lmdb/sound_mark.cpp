#include "storage/lmdb/sound_mark.h"

#include <fcntl.h>
#include <lmdb.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "storage/lmdb/page.h"
#include "storage/lmdb/store_directory.h"

namespace anyclaude::lmdb {
namespace {

FileIdentity identity_of(const struct stat& facts) {
#ifdef __APPLE__
  const timespec& modified = facts.st_mtimespec;
#else
  const timespec& modified = facts.st_mtim;
#endif
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return {facts.st_dev, facts.st_ino, static_cast<std::uint64_t>(facts.st_size),
          modified.tv_sec * kNanoseconds + modified.tv_nsec};
}

std::string mark_of(const FileIdentity& identity) {
  return std::to_string(identity.inode) + ' ' + std::to_string(identity.bytes) + ' ' +
         std::to_string(identity.modified_ns) + '\n';
}

}  // namespace

std::optional<FileIdentity> identity_of(const std::filesystem::path& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  return identity_of(facts);
}

int OpenFiles::open(int data_file, const std::filesystem::path& lock_path) {
  close();
  struct stat data {};
  struct stat lock {};
  lock_file_ = ::open(lock_path.c_str(), O_RDONLY | O_CLOEXEC);
  if (lock_file_ < 0 || ::fstat(data_file, &data) != 0 || ::fstat(lock_file_, &lock) != 0) return errno;
  data_file_ = data_file;
  data_ = identity_of(data);
  lock_ = identity_of(lock);
  return ::pread(lock_file_, &lock_head_, sizeof lock_head_, 0) == sizeof lock_head_ ? 0 : MDB_CORRUPTED;
}

void OpenFiles::close() {
  if (lock_file_ >= 0) ::close(lock_file_);
  lock_file_ = -1;
}

int OpenFiles::check() const {
  constexpr off_t kHeadsBytesMin = 2 * kPageSizeMin;
  struct stat facts {};
  if (::fstat(data_file_, &facts) != 0 || facts.st_size < kHeadsBytesMin) return MDB_CORRUPTED;
  return check_lock();
}

int OpenFiles::check_lock() const {
  std::uint64_t head = 0;
  const bool is_there = ::pread(lock_file_, &head, sizeof head, 0) == sizeof head;
  return is_there && head == lock_head_ ? 0 : MDB_CORRUPTED;
}

bool SoundMark::is_valid(const std::filesystem::path& directory) {
  const auto now = identity_of(directory / kDataFileName);
  std::ifstream in(directory / kFileName, std::ios::binary);
  const std::string mark{std::istreambuf_iterator<char>(in), {}};
  return now && mark == mark_of(*now);
}

void SoundMark::note_sound(const std::filesystem::path& directory) {
  known_ = identity_of(directory / kDataFileName);
}

void SoundMark::before_writing(const std::filesystem::path& directory) {
  if (known_ && identity_of(directory / kDataFileName) != known_) known_.reset();
}

void SoundMark::note_written(const std::filesystem::path& directory) {
  if (known_) known_ = identity_of(directory / kDataFileName);
}

void SoundMark::leave(const std::filesystem::path& directory) const {
  if (!known_ || identity_of(directory / kDataFileName) != known_) return;
  const auto path = directory / kFileName;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return;
  const std::string mark = mark_of(*known_);
  if (::write(file, mark.data(), mark.size()) < 0) (void)::ftruncate(file, 0);
  ::close(file);
}

}  // namespace anyclaude::lmdb
