// Where export writes: a new file for this user alone.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/error.h"

namespace anyclaude::cachectl {

// A file that is not kept is removed with the object.
class ExportFile {
 public:
  // Mode 0600. Errors are invalid_request (there is such a file already) or io.
  static Result<std::unique_ptr<ExportFile>> create(const std::filesystem::path& path);
  ~ExportFile();
  ExportFile(const ExportFile&) = delete;
  ExportFile& operator=(const ExportFile&) = delete;

  Status write(std::string_view bytes);
  // What was written is on the disk afterwards, and stays.
  Status keep();

 private:
  ExportFile(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  Error failure(int code) const;

  const std::filesystem::path path_;
  const int fd_;
  bool kept_ = false;
};

}  // namespace anyclaude::cachectl
