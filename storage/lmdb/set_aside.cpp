#include "storage/lmdb/set_aside.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "base/clock.h"
#include "base/utc_time.h"
#include "storage/lmdb/store_directory.h"
#include "storage/lmdb/store_error.h"

namespace anyclaude::lmdb {
namespace {

constexpr std::string_view kPrefix = "damaged-";
constexpr std::string_view kSuffix = ".mdb";

// Names in the order of time.
std::filesystem::path fresh_name(const std::filesystem::path& directory) {
  const std::string date = utc_text(unix_milliseconds(RealClock().system_now()), UtcForm::file_name);
  for (int number = 1;; ++number) {
    std::array<char, 16> tail{};
    std::snprintf(tail.data(), tail.size(), "-%03d", number);
    auto path = directory / (std::string(kPrefix) + date + tail.data() + std::string(kSuffix));
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) return path;
  }
}

void drop_oldest(const std::filesystem::path& directory) {
  const auto all = list_set_aside(directory);
  std::error_code ignored;
  for (std::size_t i = 0; i + kSetAsideMax < all.size(); ++i)
    std::filesystem::remove_all(all[i].path, ignored);
}

Result<std::string> rename_aside(const std::filesystem::path& directory, const char* name) {
  const auto fresh = fresh_name(directory);
  if (::rename((directory / name).c_str(), fresh.c_str()) != 0)
    return tl::unexpected(store_error(errno, "set aside", directory));
  drop_oldest(directory);
  return fresh.filename().string();
}

}  // namespace

Result<std::string> set_aside_data_file(const std::filesystem::path& directory) {
  auto renamed = rename_aside(directory, kDataFileName);
  if (renamed) (void)::unlink((directory / kLockFileName).c_str());
  return renamed;
}

Status set_aside_what_is_no_file(const std::filesystem::path& directory, const char* name) {
  struct stat facts {};
  if (::stat((directory / name).c_str(), &facts) != 0 || S_ISREG(facts.st_mode)) return {};
  return rename_aside(directory, name).map([](const std::string&) {});
}

std::vector<SetAside> list_set_aside(const std::filesystem::path& directory) {
  std::vector<SetAside> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
    std::error_code no_file;
    const auto bytes = entry.file_size(no_file);
    found.push_back({entry.path(), no_file ? 0 : bytes});
  }
  std::ranges::sort(found, {}, &SetAside::path);
  return found;
}

std::uint64_t remove_set_aside(const std::filesystem::path& directory) {
  std::uint64_t removed = 0;
  std::error_code error;
  for (const SetAside& file : list_set_aside(directory))
    if (std::filesystem::remove_all(file.path, error) > 0) ++removed;
  return removed;
}

}  // namespace anyclaude::lmdb
