#include "scheduler/backend_set.h"

#include <algorithm>
#include <utility>

#include "base/nearest_name.h"

namespace anyclaude {

BackendSet::BackendSet(std::vector<BackendName> names, Make make)
    : names_(std::move(names)), make_(std::move(make)) {}

const BackendName* BackendSet::find_name(std::string_view spelled) const {
  // An entry's own name comes before an alias of another.
  for (const BackendName& known : names_)
    if (known.name == spelled) return &known;
  for (const BackendName& known : names_)
    if (std::ranges::find(known.aliases, spelled) != known.aliases.end()) return &known;
  return nullptr;
}

Result<const BackendEntry*> BackendSet::get(std::string_view name) {
  const BackendName* known = find_name(name);
  if (known == nullptr) {
    std::vector<std::string> spellings;
    for (const BackendName& candidate : names_) {
      spellings.push_back(candidate.name);
      spellings.insert(spellings.end(), candidate.aliases.begin(), candidate.aliases.end());
    }
    return fail(ErrorKind::not_found, ErrorSource::config,
                "there is no backend '" + std::string(name) + "'; the nearest known one is '" +
                    nearest_name(name, spellings) + "'");
  }
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(known->name);
  if (found != entries_.end()) return &found->second;
  auto made = make_(known->name);
  if (!made) return tl::unexpected(made.error());
  BackendEntry entry{known->name, std::move(*made)};
  if (check_)
    if (auto status = check_(entry); !status) return tl::unexpected(status.error());
  return &entries_.emplace(known->name, std::move(entry)).first->second;
}

Status BackendSet::require(Check check) {
  const std::lock_guard lock(mutex_);
  check_ = std::move(check);
  for (const auto& [name, entry] : entries_)
    if (auto status = check_(entry); !status) return status;
  return {};
}

Status BackendSet::switch_to(std::string_view name) {
  const auto entry = get(name);
  if (!entry) return tl::unexpected(entry.error());
  current_ = *entry;
  return {};
}

}  // namespace anyclaude
