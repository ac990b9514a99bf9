// Damage done to the files of a store, by seed.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace anyclaude::programs {

enum class Damage {
  bits,         // 1 to 16 of them turned
  noise,        // up to three pages' worth of noise in a row
  zero_pages,   // 1 to 8 pages of zeros, anywhere
  copied_page,  // a page over another
  truncation,   // the file cut anywhere
  emptied,      // the file cut to nothing
  all_noise,    // the whole file
  lock_cut,     // lock.mdb cut to nothing
  lock_noise,   // lock.mdb overwritten
  directory,    // a directory in the place of data.mdb; not while a process has it open
};
inline constexpr std::size_t kDamages = 10;
inline constexpr std::array<std::string_view, kDamages> kDamageNames{
    "bits",    "noise",     "zero_pages", "copied_page", "truncation",
    "emptied", "all_noise", "lock_cut",   "lock_noise",  "directory"};

class Vandal {
 public:
  Vandal(std::filesystem::path store, std::uint64_t seed) : store_(std::move(store)), random_(seed) {}

  // The file stays the same one: whoever has it open sees what is done.
  void damage(Damage kind) {
    const auto data = store_ / "data.mdb";
    const auto lock = store_ / "lock.mdb";
    const auto bytes = std::filesystem::exists(data) ? std::filesystem::file_size(data) : 0;
    if (bytes < 2 * kPage && kind < Damage::truncation) kind = Damage::emptied;
    switch (kind) {
      case Damage::bits:
        for (auto i = 1 + random_() % 16; i > 0; --i) turn_a_bit(data, random_() % bytes);
        return;
      case Damage::noise:
        return overwrite(data, random_() % bytes, noise(1 + random_() % (3 * kPage)));
      case Damage::zero_pages:
        for (auto i = 1 + random_() % 8; i > 0; --i)
          overwrite(data, random_() % (bytes / kPage) * kPage, std::string(kPage, '\0'));
        return;
      case Damage::copied_page:
        return overwrite(data, random_() % (bytes / kPage) * kPage,
                         read(data, random_() % (bytes / kPage) * kPage, kPage));
      case Damage::truncation:
        return cut(data, random_() % bytes);
      case Damage::emptied:
        return cut(data, 0);
      case Damage::all_noise:
        return overwrite(data, 0, noise(bytes));
      case Damage::lock_cut:
        return cut(lock, 0);
      case Damage::lock_noise:
        return overwrite(lock, 0, noise(std::filesystem::file_size(lock)));
      case Damage::directory:
        std::filesystem::remove(data);
        std::filesystem::create_directory(data);
        return;
    }
  }

 private:
  static constexpr std::size_t kPage = 4096;

  std::string noise(std::size_t bytes) {
    std::string out(bytes, '\0');
    for (char& c : out) c = static_cast<char>(random_());
    return out;
  }
  static std::string read(const std::filesystem::path& path, std::uint64_t at, std::size_t bytes) {
    std::string out(bytes, '\0');
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (::pread(file, out.data(), out.size(), static_cast<off_t>(at)) < 0) out.clear();
    ::close(file);
    return out;
  }
  static void overwrite(const std::filesystem::path& path, std::uint64_t at, const std::string& bytes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at)) < 0) std::abort();
    ::close(file);
  }
  static void cut(const std::filesystem::path& path, std::uint64_t bytes) {
    if (::truncate(path.c_str(), static_cast<off_t>(bytes)) != 0) std::abort();
  }
  void turn_a_bit(const std::filesystem::path& path, std::uint64_t at) {
    std::string byte = read(path, at, 1);
    byte[0] = static_cast<char>(byte[0] ^ (1 << (random_() % 8)));
    overwrite(path, at, byte);
  }

  const std::filesystem::path store_;
  std::mt19937_64 random_;
};

}  // namespace anyclaude::programs
