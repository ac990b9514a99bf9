#include "config/private_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/random_id.h"

namespace anyclaude {
namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

bool create_private_file(const std::filesystem::path& file, std::string_view text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool whole = write_all(fd, text);
  return ::close(fd) == 0 && whole;
}

Status replace_private_file(const std::filesystem::path& file, std::string_view text, ErrorSource source) {
  const std::filesystem::path passing = passing_name(file);
  if (create_private_file(passing, text) && ::rename(passing.c_str(), file.c_str()) == 0) return {};
  ::unlink(passing.c_str());
  return fail(ErrorKind::io, source, "the file " + file.string() + " cannot be written");
}

std::filesystem::path passing_name(const std::filesystem::path& file) {
  return file.string() + random_id(".", 8);
}

}  // namespace anyclaude
