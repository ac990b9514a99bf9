// The files of a store that is open, and the mark that says that nothing was wrong with it when it was
// closed.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace anyclaude::lmdb {

// Which file lies under a name, and when it was last written to.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;

  bool is_same_file(const FileIdentity& other) const {
    return device == other.device && inode == other.inode;
  }
  bool operator==(const FileIdentity&) const = default;
};
std::optional<FileIdentity> identity_of(const std::filesystem::path& path);

// A descriptor of lock.mdb beside liblmdb's, so that its head can be looked at before liblmdb believes it.
// Closing one takes the locks that the process has through any other with it: close it after liblmdb's.
class OpenFiles {
 public:
  OpenFiles() = default;
  ~OpenFiles() { close(); }
  OpenFiles(const OpenFiles&) = delete;
  OpenFiles& operator=(const OpenFiles&) = delete;

  // After liblmdb has opened both. An errno value.
  int open(int data_file, const std::filesystem::path& lock_path);
  void close();
  // Leaves the descriptor open for good.
  void give_up() { lock_file_ = -1; }
  bool are_open() const { return lock_file_ >= 0; }

  int data_file() const { return data_file_; }
  const FileIdentity& data() const { return data_; }
  const FileIdentity& lock() const { return lock_; }
  // MDB_CORRUPTED when the head of lock.mdb is no longer what it was.
  int check_lock() const;
  // The same, and when the data file has lost its heads, which liblmdb reads as each transaction begins.
  int check() const;

 private:
  int data_file_ = -1;
  int lock_file_ = -1;
  FileIdentity data_;
  FileIdentity lock_;
  std::uint64_t lock_head_ = 0;
};

// `checked.mark` beside the data file: its identity when it was known to be sound. A start that finds it so
// need not look at every page again. Any other write to the file changes its time.
class SoundMark {
 public:
  static constexpr const char* kFileName = "checked.mark";

  // Whether the mark in the directory is of the data file as it is.
  static bool is_valid(const std::filesystem::path& directory);
  // The data file is sound as it is now.
  void note_sound(const std::filesystem::path& directory);
  // Around a write of this process: the file stays known to be sound when nothing else has changed it.
  void before_writing(const std::filesystem::path& directory);
  void note_written(const std::filesystem::path& directory);
  void note_damage() { known_.reset(); }
  // Writes the mark when nothing but what was noted has happened to the file.
  void leave(const std::filesystem::path& directory) const;

 private:
  std::optional<FileIdentity> known_;
};

}  // namespace anyclaude::lmdb
