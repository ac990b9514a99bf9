#include "storage/row_projects.h"

#include <algorithm>
#include <map>
#include <utility>

namespace anyclaude {
namespace {

constexpr std::size_t kNameBytes = 32;
// A row of more projects than this belongs to each of them.
constexpr std::size_t kProjectsMax = 16;
constexpr std::string_view kEveryProject = "*";

std::string row_name(const StateTable& table, std::string_view key) {
  return std::string(table.name) + '/' + std::string(key);
}

bool names(std::string_view projects, std::string_view project) {
  if (projects == kEveryProject) return true;
  for (std::size_t at = 0; at + kNameBytes <= projects.size(); at += kNameBytes)
    if (projects.substr(at, kNameBytes) == project) return true;
  return false;
}

}  // namespace

// The purpose stands in front, so that no digest of another kind can be the same.
std::string project_name(std::string_view directory, const HashSecret& secret) {
  while (directory.size() > 1 && directory.ends_with('/')) directory.remove_suffix(1);
  if (directory.empty()) return {};
  return keyed_digest("project:" + std::string(directory), secret).hex();
}

Result<std::optional<StateWrite>> row_attribution(StateStore& states, const StateTable& table,
                                                  std::string_view key,
                                                  const std::vector<std::string>& projects) {
  const auto is_named = [](const std::string& project) { return !project.empty(); };
  if (std::ranges::none_of(projects, is_named)) return std::optional<StateWrite>();
  std::string name = row_name(table, key);
  const auto standing = states.get(kRowProjectsTable, name);
  if (!standing) return tl::unexpected(standing.error());
  std::string all = standing->value_or("");
  for (const std::string& project : projects)
    if (is_named(project) && !names(all, project)) all += project;
  if (all.size() > kProjectsMax * kNameBytes) all = kEveryProject;
  if (all == standing->value_or("")) return std::optional<StateWrite>();
  return StateWrite{kRowProjectsTable, std::move(name), std::move(all)};
}

Result<std::uint64_t> purge_rows_of(StateStore& states, const StateTable& table, std::string_view project) {
  const std::string prefix = row_name(table, {});
  std::map<std::string, std::string, std::less<>> known;
  const Status listed =
      states.for_each(kRowProjectsTable, [&](std::string_view name, std::string_view projects) {
        if (name.starts_with(prefix)) known.emplace(name.substr(prefix.size()), projects);
        return true;
      });
  if (!listed) return tl::unexpected(listed.error());
  std::vector<std::string> goes;
  const Status walked = states.for_each(table, [&](std::string_view key, std::string_view) {
    const auto row = known.find(key);
    if (row == known.end() || names(row->second, project)) goes.emplace_back(key);
    return true;
  });
  if (!walked) return tl::unexpected(walked.error());
  const auto erased = states.erase_all(table, goes);
  if (!erased) return erased;
  for (std::string& key : goes) key.insert(0, prefix);
  if (const auto names_erased = states.erase_all(kRowProjectsTable, goes); !names_erased)
    return tl::unexpected(names_erased.error());
  return *erased;
}

}  // namespace anyclaude
