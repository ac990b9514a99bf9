#include "tools/cachectl/key_lookup.h"

#include <algorithm>
#include <cctype>

#include "tools/cachectl/report.h"

namespace anyclaude::cachectl {
namespace {

constexpr std::size_t kKeyDigits = 32;
constexpr std::size_t kCandidatesShown = 10;

}  // namespace

bool is_key_prefix(const std::string& text) {
  return !text.empty() && text.size() <= kKeyDigits &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

Result<std::vector<EntryInfo>> entries_with_prefix(ResponseStoreMaintenance& maintenance,
                                                   const std::string& prefix) {
  std::string wanted = prefix;
  for (char& c : wanted) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::vector<EntryInfo> found;
  const Status walked = maintenance.for_each([&](const EntryInfo& info) {
    const std::string key = info.key.hex();
    if (key.starts_with(wanted)) found.push_back(info);
    return key.substr(0, wanted.size()) <= wanted;  // keys come in order
  });
  if (!walked) return tl::unexpected(walked.error());
  return found;
}

Result<std::optional<EntryInfo>> last_entry(ResponseStoreMaintenance& maintenance,
                                            const std::function<bool(const EntryInfo&)>& matches) {
  std::optional<EntryInfo> last;
  const Status walked = maintenance.for_each([&](const EntryInfo& info) {
    if (matches(info) && (!last || info.created_at_ms > last->created_at_ms)) last = info;
    return true;
  });
  if (!walked) return tl::unexpected(walked.error());
  return last;
}

std::string ambiguous_key(const std::string& prefix, const std::vector<EntryInfo>& candidates) {
  std::string message = std::to_string(candidates.size()) + " keys begin with " + prefix + ":";
  for (std::size_t i = 0; i < std::min(candidates.size(), kCandidatesShown); ++i)
    message += "\n  " + candidates[i].key.hex() + "  " + printable(candidates[i].model);
  if (candidates.size() > kCandidatesShown)
    message += "\n  and " + std::to_string(candidates.size() - kCandidatesShown) + " more";
  return message;
}

}  // namespace anyclaude::cachectl
