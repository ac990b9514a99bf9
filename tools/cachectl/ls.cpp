#include <algorithm>
#include <tuple>
#include <vector>

#include "tools/cachectl/report.h"
#include "tools/cachectl/verbs.h"

namespace anyclaude::cachectl {
namespace {

// Enough to name an entry among millions, and short enough to type.
constexpr std::size_t kKeyDigitsShown = 12;

// Whether `left` stands before `right` in the usual direction: what is large, new or much used first, names
// by the alphabet.
bool comes_first(const EntryInfo& left, const EntryInfo& right, ListOrder order) {
  switch (order) {
    case ListOrder::created:
      return left.created_at_ms > right.created_at_ms;
    case ListOrder::used:
      return left.last_used_at_ms > right.last_used_at_ms;
    case ListOrder::expires:
      return left.expires_at_ms < right.expires_at_ms;
    case ListOrder::size:
      return left.stored_bytes > right.stored_bytes;
    case ListOrder::hits:
      return left.hits > right.hits;
    case ListOrder::tokens:
      return left.input_tokens + left.output_tokens > right.input_tokens + right.output_tokens;
    case ListOrder::model:
      return left.model < right.model;
    case ListOrder::key:
      return left.key < right.key;
  }
  return false;
}

// The first pages of a listing of any length, in memory for twice those pages.
class FirstEntries {
 public:
  explicit FirstEntries(const ListRequest& request)
      : request_(request), kept_max_(static_cast<std::size_t>(request.entries_max * request.page)) {}

  void add(const EntryInfo& info) {
    ++matching_;
    bytes_ += info.stored_bytes;
    entries_.push_back(info);
    if (kept_max_ == 0 || entries_.size() < 2 * kept_max_) return;
    const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(kept_max_);
    std::nth_element(entries_.begin(), end, entries_.end(), order());
    entries_.erase(end, entries_.end());
  }
  // Those of the page that was asked for.
  std::vector<EntryInfo> take_page() {
    std::sort(entries_.begin(), entries_.end(), order());
    if (kept_max_ == 0) return std::move(entries_);
    const std::size_t first = std::min(entries_.size(), kept_max_ - request_.entries_max);
    const std::size_t end = std::min(entries_.size(), kept_max_);
    return {entries_.begin() + static_cast<std::ptrdiff_t>(first),
            entries_.begin() + static_cast<std::ptrdiff_t>(end)};
  }
  std::uint64_t matching() const { return matching_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t pages() const {
    if (request_.entries_max == 0) return 1;
    return std::max<std::uint64_t>(1, (matching_ + request_.entries_max - 1) / request_.entries_max);
  }

 private:
  // Keys settle what is equal, so that no entry is on two pages.
  std::function<bool(const EntryInfo&, const EntryInfo&)> order() const {
    return [this](const EntryInfo& left, const EntryInfo& right) {
      if (comes_first(left, right, request_.order)) return request_.direction == ListDirection::usual;
      if (comes_first(right, left, request_.order)) return request_.direction == ListDirection::reversed;
      return left.key < right.key;
    };
  }

  const ListRequest& request_;
  const std::size_t kept_max_;
  std::vector<EntryInfo> entries_;
  std::uint64_t matching_ = 0;
  std::uint64_t bytes_ = 0;
};

std::string note_of(const EntryInfo& info, std::int64_t now_ms) {
  if (info.expires_at_ms <= now_ms) return "expired";
  return info.imported ? "imported" : "";
}

void print_text(const Session& session, const ListRequest& request, const std::vector<EntryInfo>& entries,
                const FirstEntries& all) {
  TextTable table({{"KEY", Align::left},
                   {"MODEL", Align::left},
                   {"AGE", Align::right},
                   {"HITS", Align::right},
                   {"PROMPT", Align::right},
                   {"ANSWER", Align::right},
                   {"SIZE", Align::right},
                   {"", Align::left}});
  const auto now_ms = session.now_ms();
  for (const EntryInfo& info : entries)
    table.add({info.key.hex().substr(0, kKeyDigitsShown), info.model, human_age(now_ms - info.created_at_ms),
               std::to_string(info.hits), std::to_string(info.input_tokens),
               std::to_string(info.output_tokens), human_bytes(info.stored_bytes), note_of(info, now_ms)});
  if (!entries.empty()) table.print(session.console.out);
  std::ostream& out = session.console.out;
  out << counted(all.matching(), "entry", "entries") << ", " << human_bytes(all.bytes());
  if (all.pages() > 1) out << "; page " << request.page << " of " << all.pages();
  if (request.page < all.pages()) out << ", more with --page " << request.page + 1;
  out << '\n';
}

void print_document(const Session& session, const ListRequest& request, const std::vector<EntryInfo>& entries,
                    const FirstEntries& all) {
  auto list = nlohmann::ordered_json::array();
  for (const EntryInfo& info : entries) list.push_back(entry_json(info, session.now_ms()));
  print_json(session.console.out, {{"entries", std::move(list)},
                                   {"matching", all.matching()},
                                   {"matching_bytes", all.bytes()},
                                   {"page", request.page},
                                   {"pages", all.pages()}});
}

}  // namespace

ExitCode list_entries(const Session& session, const ListRequest& request) {
  FirstEntries all(request);
  const auto now_ms = session.now_ms();
  const Status walked = session.store.maintenance().for_each([&](const EntryInfo& info) {
    if (request.filter.matches(info, now_ms)) all.add(info);
    return true;
  });
  if (!walked) return report_error(session.console, session.format, walked.error());
  const std::vector<EntryInfo> entries = all.take_page();
  if (session.format == OutputFormat::json)
    print_document(session, request, entries, all);
  else
    print_text(session, request, entries, all);
  return ExitCode::done;
}

}  // namespace anyclaude::cachectl
