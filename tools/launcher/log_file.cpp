#include "tools/launcher/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/limits.h"

namespace anyclaude::launcher {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kTailBytesMax = 64 * 1024;

bool is_blank(const std::string& line) {
  return line.find_first_not_of(" \t\r") == std::string::npos;
}

// Progress bars and colours would play with the terminal.
std::string printable(std::string line) {
  if (const std::size_t carriage = line.find_last_of('\r'); carriage != std::string::npos)
    line.erase(0, carriage + 1 < line.size() ? carriage + 1 : 0);
  std::erase_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return line;
}

}  // namespace

Result<FileDescriptor> open_log(const fs::path& file) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (log_size(file) > limits::kServerLogBytesMax) fs::rename(file, file.string() + ".1", error);
  FileDescriptor log(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log.is_open())
    return fail(ErrorKind::io, ErrorSource::config,
                "the log " + file.string() + " cannot be written: " + std::strerror(errno));
  ::fchmod(log.get(), 0600);
  return log;
}

std::uintmax_t log_size(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  return error ? 0 : size;
}

std::vector<std::string> last_lines(const fs::path& file, std::uintmax_t from, std::size_t count) {
  const std::uintmax_t size = log_size(file);
  if (from > size) from = 0;
  const std::uintmax_t begin = size - from > kTailBytesMax ? size - kTailBytesMax : from;
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(begin));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    if (!is_blank(line)) lines.push_back(printable(std::move(line)));
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  return lines;
}

}  // namespace anyclaude::launcher
