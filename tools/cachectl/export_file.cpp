#include "tools/cachectl/export_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace anyclaude::cachectl {

Result<std::unique_ptr<ExportFile>> ExportFile::create(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) return std::unique_ptr<ExportFile>(new ExportFile(path, fd));
  if (errno == EEXIST)
    return fail(ErrorKind::invalid_request, ErrorSource::client,
                path.string() + " is there already; name a new file.");
  return fail(ErrorKind::io, ErrorSource::client,
              path.string() + " cannot be written: " + std::generic_category().message(errno) + ".");
}

ExportFile::~ExportFile() {
  ::close(fd_);
  if (!kept_) ::unlink(path_.c_str());
}

Status ExportFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return tl::unexpected(failure(errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status ExportFile::keep() {
  // A pipe or a device has nothing to sync.
  if (::fsync(fd_) != 0 && errno != EINVAL) return tl::unexpected(failure(errno));
  kept_ = true;
  return {};
}

Error ExportFile::failure(int code) const {
  return {ErrorKind::io, ErrorSource::client, Retry::never,
          path_.string() + " cannot be written: " + std::generic_category().message(code) + "."};
}

}  // namespace anyclaude::cachectl
