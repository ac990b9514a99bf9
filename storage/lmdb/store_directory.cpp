#include "storage/lmdb/store_directory.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "storage/lmdb/presence_lock.h"
#include "storage/lmdb/store_error.h"

namespace anyclaude::lmdb {
namespace {

struct Claims {
  std::mutex mutex;
  std::set<std::pair<dev_t, ino_t>> held;
};

// Never destroyed: a store may be closed while the program's statics already are.
Claims& claims() {
  static Claims* const instance = new Claims;
  return *instance;
}

constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

tl::unexpected<Error> refuse(ErrorKind kind, std::string message) {
  return fail(kind, ErrorSource::store, std::move(message));
}

Status make_directory(const std::filesystem::path& path) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) return tl::unexpected(store_error(error.value(), "made", path));
  if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return tl::unexpected(store_error(errno, "made", path));
  return {};
}

Status check_private(const std::filesystem::path& path, mode_t mode, std::string_view wanted) {
  if ((mode & kOthers) == 0) return {};
  return refuse(ErrorKind::permission, path.string() +
                                           " can be reached by other users. It holds answers made from your "
                                           "files, so it must be yours alone: chmod " +
                                           std::string(wanted) + " " + path.string());
}

Status check_files(const std::filesystem::path& directory) {
  for (const char* name : {kDataFileName, kLockFileName, kPresenceFileName, kCompactingFileName}) {
    const auto file = directory / name;
    struct stat facts {};
    // What is no file holds nothing of ours, and is met when it is opened.
    if (::stat(file.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
    if (auto checked = check_private(file, facts.st_mode, "600"); !checked) return checked;
  }
  return {};
}

tl::unexpected<Error> no_store(const std::filesystem::path& path) {
  return refuse(ErrorKind::not_found, "There is no store in " + path.string() + ".");
}

}  // namespace

Result<std::unique_ptr<StoreDirectory>> StoreDirectory::claim(const std::filesystem::path& path,
                                                              LmdbAccess access) {
  if (path.empty()) return refuse(ErrorKind::invalid_request, "The store's directory has no name.");
  if (access == LmdbAccess::serve)
    if (auto made = make_directory(path); !made) return tl::unexpected(made.error());
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return no_store(path);
    return tl::unexpected(store_error(errno, "opened", path));
  }
  if (!S_ISDIR(facts.st_mode))
    return refuse(ErrorKind::invalid_request,
                  path.string() + " is not a directory, so no store can be there.");
  if (auto checked = check_private(path, facts.st_mode, "700"); !checked)
    return tl::unexpected(checked.error());
  if (auto checked = check_files(path); !checked) return tl::unexpected(checked.error());
  struct stat data {};
  if (access == LmdbAccess::maintain && ::stat((path / kDataFileName).c_str(), &data) != 0 && errno == ENOENT)
    return no_store(path);
  {
    const std::lock_guard lock(claims().mutex);
    if (!claims().held.emplace(facts.st_dev, facts.st_ino).second)
      return refuse(ErrorKind::invalid_request,
                    "The store in " + path.string() + " is open in this process already.");
  }
  return std::unique_ptr<StoreDirectory>(new StoreDirectory(path, facts.st_dev, facts.st_ino));
}

StoreDirectory::~StoreDirectory() {
  const std::lock_guard lock(claims().mutex);
  claims().held.erase({device_, inode_});
}

std::uint64_t StoreDirectory::data_file_bytes() const {
  std::error_code error;
  const auto size = std::filesystem::file_size(path_ / kDataFileName, error);
  return error ? 0 : size;
}

Result<StoreDirectory::Facts> StoreDirectory::facts() const {
  struct stat directory {};
  struct stat file {};
  if (::stat(path_.c_str(), &directory) != 0 || ::stat((path_ / kDataFileName).c_str(), &file) != 0)
    return tl::unexpected(store_error(errno, "examined", path_));
  constexpr mode_t kPermissionBits = 07777;
  std::error_code error;
  const auto space = std::filesystem::space(path_, error);
  return Facts{directory.st_mode & kPermissionBits, file.st_mode & kPermissionBits,
               error ? 0 : space.available};
}

int StoreDirectory::sync() const {
  const int file = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return errno;
  const int code = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  return code;
}

bool StoreDirectory::is_full() const {
  constexpr std::uintmax_t kRoomBytes = 256 * 1024;
  std::error_code error;
  const auto space = std::filesystem::space(path_, error);
  if (!error && space.available < kRoomBytes) return true;
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
         data_file_bytes() + kRoomBytes > limit.rlim_cur;
}

}  // namespace anyclaude::lmdb
