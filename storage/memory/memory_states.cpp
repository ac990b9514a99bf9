#include "storage/memory/memory_states.h"

#include <algorithm>

#include "storage/state_checks.h"

namespace anyclaude {

MemoryStates::Rows* MemoryStates::standing(const StateTable& table) {
  const auto found = tables_.find(table.name);
  return found == tables_.end() || found->second.version != table.version ? nullptr : &found->second;
}

Result<std::optional<std::string>> MemoryStates::get(const StateTable& table, std::string_view key) {
  if (auto checked = check_state_key(table, key); !checked) return tl::unexpected(checked.error());
  const std::lock_guard lock(mutex_);
  const Rows* rows = standing(table);
  if (rows == nullptr) return std::optional<std::string>();
  const auto found = rows->rows.find(key);
  if (found == rows->rows.end()) return std::optional<std::string>();
  return std::optional(found->second.value);
}

void MemoryStates::write(const StateTable& table, std::string_view key, std::string_view value) {
  Rows& rows = tables_[std::string(table.name)];
  if (rows.version != table.version) rows = Rows{};
  rows.version = table.version;
  rows.retention = table.retention;
  rows.rows.insert_or_assign(std::string(key), Row{std::string(value), rows.next_written++});
  while (rows.rows.size() > table.entries_max)
    rows.rows.erase(std::min_element(
        rows.rows.begin(), rows.rows.end(),
        [](const auto& left, const auto& right) { return left.second.written < right.second.written; }));
}

Status MemoryStates::put(const StateTable& table, std::string_view key, std::string_view value) {
  if (auto checked = check_state_entry(table, key, value); !checked) return checked;
  const std::lock_guard lock(mutex_);
  write(table, key, value);
  return {};
}

Result<std::string> MemoryStates::put_if_absent(const StateTable& table, std::string_view key,
                                                std::string_view value) {
  if (auto checked = check_state_entry(table, key, value); !checked) return tl::unexpected(checked.error());
  const std::lock_guard lock(mutex_);
  if (const Rows* rows = standing(table); rows != nullptr)
    if (const auto found = rows->rows.find(key); found != rows->rows.end()) return found->second.value;
  write(table, key, value);
  return std::string(value);
}

Result<bool> MemoryStates::erase(const StateTable& table, std::string_view key) {
  if (auto checked = check_state_key(table, key); !checked) return tl::unexpected(checked.error());
  const std::lock_guard lock(mutex_);
  Rows* rows = standing(table);
  if (rows == nullptr) return false;
  const auto found = rows->rows.find(key);
  if (found == rows->rows.end()) return false;
  rows->rows.erase(found);
  return true;
}

Status MemoryStates::for_each(
    const StateTable& table, const std::function<bool(std::string_view key, std::string_view value)>& visit) {
  if (auto checked = check_state_key(table, {}); !checked) return checked;
  std::map<std::string, Row, std::less<>> copy;
  {
    const std::lock_guard lock(mutex_);
    if (const Rows* rows = standing(table); rows != nullptr) copy = rows->rows;
  }
  for (const auto& [key, row] : copy)
    if (!visit(key, row.value)) break;
  return {};
}

Status MemoryStates::clear(const StateTable& table) {
  if (auto checked = check_state_key(table, {}); !checked) return checked;
  const std::lock_guard lock(mutex_);
  tables_.erase(std::string(table.name));
  return {};
}

Result<std::uint64_t> MemoryStates::clear_learned() {
  const std::lock_guard lock(mutex_);
  std::uint64_t removed = 0;
  for (auto table = tables_.begin(); table != tables_.end();) {
    const bool learned = table->second.retention == StateRetention::purged;
    if (learned) removed += table->second.rows.size();
    table = learned ? tables_.erase(table) : std::next(table);
  }
  return removed;
}

}  // namespace anyclaude
