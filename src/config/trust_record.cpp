#include "config/trust_record.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/bounded_json.h"
#include "base/limits.h"
#include "base/others_may_write.h"
#include "config/private_file.h"

namespace anyclaude {
namespace {

using nlohmann::json;

constexpr int kRecordVersion = 1;
constexpr std::size_t kDigestDigits = 64;

tl::unexpected<Error> unusable(const std::filesystem::path& record, std::string_view why) {
  return fail(ErrorKind::corrupt, ErrorSource::config,
              "the record of approved files " + record.string() + ' ' + std::string(why) +
                  ", so no project file is approved; delete it and approve them again");
}

bool is_digest(const json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text.size() == kDigestDigits &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Result<std::vector<TrustedFile>> parse_record(const std::filesystem::path& file, const std::string& text) {
  const json said = parse_json(text);
  if (!said.is_object() || said.value("version", json()) != kRecordVersion)
    return unusable(file, "is damaged, or of another version");
  const auto files = said.find("files");
  if (files == said.end() || !files->is_array()) return unusable(file, "is damaged");
  if (files->size() > limits::kTrustedFilesMax) return unusable(file, "names too many files");
  std::vector<TrustedFile> record;
  for (const json& entry : *files) {
    if (!entry.is_object() || !entry.contains("path") || !entry["path"].is_string() ||
        !entry.contains("sha256") || !is_digest(entry["sha256"]))
      return unusable(file, "is damaged");
    record.push_back({entry["path"].get<std::string>(), entry["sha256"].get<std::string>()});
  }
  return record;
}

Status write_record(const std::filesystem::path& home, const std::vector<TrustedFile>& record) {
  const std::filesystem::path file = trust_record_file(home);
  std::error_code error;
  if (std::filesystem::create_directories(file.parent_path(), error))
    std::filesystem::permissions(file.parent_path(), std::filesystem::perms::owner_all,
                                 std::filesystem::perm_options::replace, error);
  json files = json::array();
  for (const TrustedFile& entry : record) files.push_back({{"path", entry.path}, {"sha256", entry.sha256}});
  const json text = {{"version", kRecordVersion}, {"files", std::move(files)}};
  const std::string record_text = text.dump(1, ' ', true, json::error_handler_t::replace) + "\n";
  if (record_text.size() > limits::kTrustFileBytesMax)
    return fail(ErrorKind::full, ErrorSource::config,
                "the record of approved files is full; revoke one first: anyclaude trust revoke FILE");
  return replace_private_file(file, record_text, ErrorSource::config);
}

bool is_utf8(const std::string& text) {
  const std::string quoted = json(text).dump(-1, ' ', true, json::error_handler_t::ignore);
  return parse_json(quoted) == text;
}

// Files that are gone need no approval any more.
void forget_missing(std::vector<TrustedFile>& record) {
  std::erase_if(record, [](const TrustedFile& entry) {
    std::error_code error;
    return !std::filesystem::exists(entry.path, error) && !error;
  });
}

}  // namespace

std::filesystem::path trust_record_file(const std::filesystem::path& home) {
  return home / ".anyclaude" / "trusted.json";
}

std::string trusted_path(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(file, error);
  const std::filesystem::path canonical = std::filesystem::weakly_canonical(absolute, error);
  return (error ? absolute : canonical).string();
}

Result<std::vector<TrustedFile>> read_trust_record(const std::filesystem::path& home) {
  const std::filesystem::path file = trust_record_file(home);
  std::error_code error;
  if (home.empty() || !std::filesystem::exists(std::filesystem::symlink_status(file, error)))
    return std::vector<TrustedFile>();
  if (!std::filesystem::is_regular_file(file, error)) return unusable(file, "is no file");
  if (others_may_write(file)) return unusable(file, "can be written by others");
  if (std::filesystem::file_size(file, error) > limits::kTrustFileBytesMax || error)
    return unusable(file, "is larger than " + std::to_string(limits::kTrustFileBytesMax) + " bytes");
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text) return unusable(file, "cannot be read");
  return parse_record(file, text.str());
}

Result<bool> is_trusted(const std::filesystem::path& home, const TrustedFile& file) {
  return read_trust_record(home).map([&](const std::vector<TrustedFile>& record) {
    return std::ranges::find(record, file) != record.end();
  });
}

Status approve_file(const std::filesystem::path& home, const TrustedFile& file) {
  if (home.empty())
    return fail(ErrorKind::not_found, ErrorSource::config, "HOME is not set, so no approval can be kept");
  if (!is_utf8(file.path))
    return fail(ErrorKind::invalid_request, ErrorSource::config,
                "the path of the file is not UTF-8, so its approval cannot be kept; use ANYCLAUDE_TRUST=1");
  auto record = read_trust_record(home);
  if (!record) return tl::unexpected(record.error());
  std::erase_if(*record, [&](const TrustedFile& entry) { return entry.path == file.path; });
  if (record->size() >= limits::kTrustedFilesMax) forget_missing(*record);
  if (record->size() >= limits::kTrustedFilesMax)
    return fail(ErrorKind::full, ErrorSource::config,
                std::to_string(record->size()) +
                    " files are approved already; revoke one first: anyclaude trust revoke FILE");
  record->push_back(file);
  return write_record(home, *record);
}

Result<bool> revoke_file(const std::filesystem::path& home, std::string_view path) {
  auto record = read_trust_record(home);
  if (!record) return tl::unexpected(record.error());
  if (std::erase_if(*record, [&](const TrustedFile& entry) { return entry.path == path; }) == 0) return false;
  if (auto status = write_record(home, *record); !status) return tl::unexpected(status.error());
  return true;
}

}  // namespace anyclaude
