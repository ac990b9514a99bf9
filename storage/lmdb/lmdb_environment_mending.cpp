// What becomes of an environment whose file is damaged while it is open.
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

#include "base/limits.h"
#include "storage/lmdb/lmdb_environment.h"
#include "storage/lmdb/set_aside.h"

namespace anyclaude::lmdb {
namespace {

std::int64_t steady_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

bool LmdbEnvironment::needs_mending() const {
  return options_.access == LmdbAccess::serve && options_.damaged_file == DamagedFile::is_set_aside &&
         abandoned_ < limits::kStoreAbandonedMax && steady_ms() >= mend_after_ms_ &&
         (suspect_ || was_set_aside_by_another());
}

// A process that sets a file aside gives both files new names; a file that was deleted or put there by a user
// is not followed, for its lock is still the old one.
bool LmdbEnvironment::was_set_aside_by_another() const {
  const auto data = identity_of(directory_->path() / kDataFileName);
  const auto lock = identity_of(directory_->path() / kLockFileName);
  return data && lock && !data->is_same_file(files_.data()) && !lock->is_same_file(files_.lock());
}

FileFindings LmdbEnvironment::check_file() {
  FileFindings findings;
  int code = EAGAIN;
  // A busy writer may overwrite the heads in between.
  for (int attempt = 0; code == EAGAIN && attempt < kReadAttemptsMax; ++attempt) {
    const auto reading = begin_read();
    code = reading ? reading->get().pages().reopen() : MDB_CORRUPTED;
    if (code == 0) return check_pages(reading->get().pages(), limits::kStoreCheckTimeMax);
    if (!reading) findings.faults.push_back(reading.error().message);
  }
  if (findings.faults.empty()) findings.faults.emplace_back("the heads of the file are damaged");
  return findings;
}

std::vector<KeptRow> LmdbEnvironment::kept_rows() {
  std::vector<KeptRow> known;
  {
    const std::lock_guard lock(kept_mutex_);
    known = kept_;
  }
  if (options_.damaged_file == DamagedFile::is_an_error || unusable_) return known;
  const auto reading = begin_read();
  return reading ? joined(std::move(known), read_kept(reading->get(), tables_)) : known;
}

void LmdbEnvironment::take_kept() {
  auto rows = kept_rows();
  const std::lock_guard lock(kept_mutex_);
  kept_ = std::move(rows);
}

void LmdbEnvironment::note_kept(KeptRow row) {
  if (options_.damaged_file == DamagedFile::is_an_error) return;
  const std::lock_guard lock(kept_mutex_);
  std::vector<KeptRow> newer;
  newer.push_back(std::move(row));
  kept_ = joined(std::move(kept_), std::move(newer));
}

bool LmdbEnvironment::mend() {
  if (!needs_mending()) return false;
  suspect_ = false;
  mend_after_ms_ = steady_ms() + limits::kStoreUpkeepInterval.count();
  std::vector<std::string> faults;
  if (!unusable_ && files_.check_lock() == 0 && !was_set_aside_by_another()) {
    FileFindings findings = check_file();
    faults = std::move(findings.faults);
    if (faults.empty() && !findings.is_complete) faults.emplace_back("a page that was read is damaged");
    if (faults.empty() && !unusable_) return false;
  }
  if (auto replaced = replace_file(faults); !replaced) {
    suspect_ = true;
    notice("The damaged store could not be set aside: " + replaced.error().message);
    return false;
  }
  mend_after_ms_ = 0;
  if (abandoned_ == limits::kStoreAbandonedMax)
    notice("The store in " + directory_->path().string() +
           " is damaged again and again. After the next damage the broker does without it until a restart.");
  return true;
}

// `faults`: empty when liblmdb was left by a fault, lock.mdb is damaged, or another process has set the file
// aside. The gate closes last: lookups wait for neither another process nor the check of a large file.
Status LmdbEnvironment::replace_file(const std::vector<std::string>& faults) {
  take_kept();
  const Replacing replacing(*presence_, limits::kStoreOpenWaitMax);
  if (!replacing.has_begun()) return tl::unexpected(error(EBUSY, "opened"));
  const FileFindings findings = look_again(faults);
  if (!gate_.close(limits::kStoreWriteWaitMax)) return tl::unexpected(error(EBUSY, "closed"));
  std::string told;
  const FileIdentity opened = files_.data();
  close_map();
  const auto named = identity_of(directory_->path() / kDataFileName);
  int code = named && named->is_same_file(opened) ? remove_from_place(findings, told) : 0;
  if (code == 0) {
    faulted_ = false;
    code = open_map(map_bytes_);
    suspect_ = false;
  }
  unusable_ = code != 0;
  gate_.open();
  if (code != 0) return tl::unexpected(error(code, "opened"));
  mark_.note_sound(directory_->path());
  if (auto prepared = prepare_tables(LmdbAccess::serve); !prepared) return prepared;
  if (!told.empty()) notice(told);
  return {};
}

// Empty when the data file is sound and this process alone has it open: then lock.mdb was damaged.
FileFindings LmdbEnvironment::look_again(const std::vector<std::string>& faults) {
  FileFindings findings;
  findings.faults = faults;
  if (!faults.empty()) return findings;
  const bool alone = presence_->exclude();
  findings = check_closed_file(directory_->path() / kDataFileName, limits::kStoreCheckTimeMax);
  if (alone) presence_->share();
  if (!alone && findings.faults.empty()) findings.faults.emplace_back("a file was cut short or overwritten");
  return findings;
}

// With the map closed.
int LmdbEnvironment::remove_from_place(const FileFindings& findings, std::string& told) {
  const auto& path = directory_->path();
  if (findings.faults.empty()) {
    told = "A file of the store in " + path.string() + " was damaged: lock.mdb is made anew.";
    return ::unlink((path / kLockFileName).c_str()) == 0 || errno == ENOENT ? 0 : errno;
  }
  const auto name = set_aside_data_file(path);
  if (!name) return EIO;
  ++counters_.set_aside;
  told = "The store in " + path.string() + " is damaged (" + findings.sentence() + "). Its file is " + *name +
         " now, and the broker goes on with an empty one.";
  return 0;
}

void LmdbEnvironment::notice(const std::string& text) const {
  if (options_.notice) options_.notice(text);
}

}  // namespace anyclaude::lmdb
