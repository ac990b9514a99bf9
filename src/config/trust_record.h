// Which project files the user has approved: ~/.anyclaude/trusted.json, of files by their place and content.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace anyclaude {

struct TrustedFile {
  std::string path;    // trusted_path()
  std::string sha256;  // of the content, in hexadecimal; another content is not approved
  bool operator==(const TrustedFile&) const = default;
};

std::filesystem::path trust_record_file(const std::filesystem::path& home);

// A file's place as the record knows it: absolute, without links where they can be followed.
std::string trusted_path(const std::filesystem::path& file);

// Empty where there is no record. A record that is damaged, too large (kTrustFileBytesMax) or that others can
// write is an error, source config, which says what to do: then nothing is approved.
Result<std::vector<TrustedFile>> read_trust_record(const std::filesystem::path& home);

// Whether exactly this content at this place is approved. The errors of read_trust_record().
Result<bool> is_trusted(const std::filesystem::path& home, const TrustedFile& file);

// Makes ~/.anyclaude (0700) and the record (0600) where they are missing, and puts the record in place at
// once and whole. An earlier approval of the same place is replaced. Errors are source config; `full` beyond
// kTrustedFilesMax. Two processes that write at the same time lose one of the two changes: callers hold a
// lock.
Status approve_file(const std::filesystem::path& home, const TrustedFile& file);
// False when the place was not approved.
Result<bool> revoke_file(const std::filesystem::path& home, std::string_view path);

}  // namespace anyclaude
