#include "scheduler/cost_ledger.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/bounded_json.h"

namespace anyclaude {
namespace {

using nlohmann::json;

constexpr double kTokensPriced = 1e6;
constexpr std::int64_t kDayMilliseconds = 24ll * 3600 * 1000;

double number_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

std::string dollars(double amount) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), amount < 0.1 ? "$%.4f" : "$%.2f", amount);
  return text.data();
}

}  // namespace

CostReservation::CostReservation(CostReservation&& other) noexcept
    : ledger_(std::exchange(other.ledger_, nullptr)), backend_(std::move(other.backend_)), usd_(other.usd_) {}

CostReservation& CostReservation::operator=(CostReservation&& other) noexcept {
  if (this == &other) return *this;
  release();
  ledger_ = std::exchange(other.ledger_, nullptr);
  backend_ = std::move(other.backend_);
  usd_ = other.usd_;
  return *this;
}

void CostReservation::settle(const PaidTokens& tokens) {
  if (CostLedger* ledger = std::exchange(ledger_, nullptr)) ledger->end_reservation(backend_, usd_, &tokens);
}

void CostReservation::release() {
  if (CostLedger* ledger = std::exchange(ledger_, nullptr)) ledger->end_reservation(backend_, usd_, nullptr);
}

CostLedger::CostLedger(StateStore& states, const Clock& clock, std::vector<CostAccount> accounts)
    : states_(states), clock_(clock) {
  for (CostAccount& account : accounts) {
    Book book;
    book.stored = read_page(account.backend).value_or(Page{});
    book.account = std::move(account);
    std::string name = book.account.backend;
    books_.emplace(std::move(name), std::move(book));
  }
}

std::int64_t CostLedger::day_now() const {
  return unix_milliseconds(clock_.system_now()) / kDayMilliseconds;
}

CostLedger::Sum CostLedger::spent_today(const Book& book) const {
  const std::int64_t today = day_now();
  return (book.stored.day == today ? book.stored.today : Sum{}) +
         (book.unsaved.day == today ? book.unsaved.today : Sum{});
}

CostLedger::Page CostLedger::together(const Page& stored, const Page& added) {
  Page page = stored;
  page.ever = stored.ever + added.ever;
  if (added.day == stored.day) page.today = stored.today + added.today;
  if (added.day > stored.day) {
    page.day = added.day;
    page.today = added.today;
  }
  return page;
}

double CostLedger::cost_of(const CostAccount& account, const PaidTokens& tokens) {
  return (static_cast<double>(tokens.input) * account.input_usd +
          static_cast<double>(tokens.cached_input) * account.cached_input_usd +
          static_cast<double>(tokens.output) * account.output_usd) /
         kTokensPriced;
}

// Nothing where the store says nothing, or cannot be read.
std::optional<CostLedger::Page> CostLedger::read_page(std::string_view backend) const {
  const auto kept = states_.get(kCostTable, backend);
  if (!kept || !*kept) return std::nullopt;
  const json said = parse_json(**kept);
  if (!said.is_object()) return std::nullopt;
  return Page{static_cast<std::int64_t>(number_at(said, "day")),
              {number_at(said, "today_measured_usd"), number_at(said, "today_estimated_usd")},
              {number_at(said, "measured_usd"), number_at(said, "estimated_usd")}};
}

// Another broker may have written its costs since.
void CostLedger::refresh(std::string_view backend) {
  std::uint64_t version = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = books_.find(backend);
    if (found == books_.end() || !found->second.account.cap_usd_per_day) return;
    version = found->second.version;
  }
  auto page = read_page(backend);
  if (!page) return;
  const std::lock_guard lock(mutex_);
  Book& book = books_.find(backend)->second;
  if (book.version == version) book.stored = *page;
}

Result<CostReservation> CostLedger::reserve(std::string_view backend, const CostEstimate& estimate) {
  refresh(backend);
  const std::lock_guard lock(mutex_);
  const auto found = books_.find(backend);
  if (found == books_.end()) return CostReservation();
  Book& book = found->second;
  if (const Status room = check_room(book, estimate.prompt_tokens); !room)
    return tl::unexpected(room.error());
  const double usd = cost_of(
      book.account, {estimate.prompt_tokens, 0, std::min(estimate.answer_tokens, kReservedAnswerTokensMax)});
  book.reserved_usd += usd;
  ++book.reservations;
  return CostReservation(*this, backend, usd);
}

void CostLedger::end_reservation(std::string_view backend, double usd, const PaidTokens* tokens) {
  const std::lock_guard lock(mutex_);
  Book& book = books_.find(backend)->second;
  // Sums of fractions leave a rest: none is kept where nothing is reserved.
  --book.reservations;
  book.reserved_usd = book.reservations == 0 ? 0 : std::max(0.0, book.reserved_usd - usd);
  if (tokens != nullptr) add(book, *tokens);
}

bool CostLedger::add(std::string_view backend, const PaidTokens& tokens) {
  const std::lock_guard lock(mutex_);
  const auto found = books_.find(backend);
  if (found == books_.end()) return false;
  add(found->second, tokens);
  return true;
}

// With mutex_ held.
void CostLedger::add(Book& book, const PaidTokens& tokens) {
  Page& page = book.unsaved;
  if (page.day != day_now()) {
    page.day = day_now();
    page.today = {};
  }
  const double cost = cost_of(book.account, tokens);
  for (Sum* sum : {&page.today, &page.ever})
    (tokens.certainty == Certainty::measured ? sum->measured_usd : sum->estimated_usd) += cost;
}

Status CostLedger::check_room(std::string_view backend, std::uint64_t prompt_tokens) const {
  const std::lock_guard lock(mutex_);
  const auto found = books_.find(backend);
  return found == books_.end() ? Status() : check_room(found->second, prompt_tokens);
}

// With mutex_ held.
Status CostLedger::check_room(const Book& book, std::uint64_t prompt_tokens) const {
  const CostAccount& account = book.account;
  if (!account.cap_usd_per_day) return {};
  const double spent = spent_today(book).all();
  const double next = static_cast<double>(prompt_tokens) * account.input_usd / kTokensPriced;
  if (spent + book.reserved_usd + next <= *account.cap_usd_per_day) return {};
  const std::string reserved = book.reserved_usd > 0
                                   ? ", " + dollars(book.reserved_usd) + " is kept for answers being made"
                                   : std::string();
  return fail(ErrorKind::permission, ErrorSource::broker,
              account.backend + " may cost " + dollars(*account.cap_usd_per_day) +
                  " a day (cost_cap_usd_per_day); " + dollars(spent) + " of that is spent" + reserved +
                  ", and this prompt would cost about " + dollars(next) +
                  ". The next day begins at midnight UTC");
}

Status CostLedger::flush() {
  return writes_.run([this] { return write_unsaved(); });
}

// One at a time. What other brokers wrote since is kept.
Status CostLedger::write_unsaved() {
  const std::vector<Write> writes = unsaved_pages();
  std::vector<StateWrite> rows;
  for (const Write& write : writes) rows.push_back({kCostTable, write.backend, text_of(write.page)});
  if (Status status = states_.write_all(std::move(rows)); !status) return status;
  for (const Write& write : writes) note_written(write);
  return {};
}

std::vector<CostLedger::Write> CostLedger::unsaved_pages() const {
  std::vector<Write> writes;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, book] : books_)
      if (book.unsaved.ever.all() > 0) writes.push_back({name, {}, {}});
  }
  for (Write& write : writes) {
    const auto kept = read_page(write.backend);
    const std::lock_guard lock(mutex_);
    const Book& book = books_.at(write.backend);
    write.saved = book.unsaved;
    write.page = together(kept.value_or(book.stored), write.saved);
  }
  return writes;
}

void CostLedger::note_written(const Write& write) {
  const auto less = [](const Sum& all, const Sum& part) {
    return Sum{std::max(0.0, all.measured_usd - part.measured_usd),
               std::max(0.0, all.estimated_usd - part.estimated_usd)};
  };
  const std::lock_guard lock(mutex_);
  Book& book = books_.at(write.backend);
  book.unsaved.ever = less(book.unsaved.ever, write.saved.ever);
  if (book.unsaved.day == write.saved.day) book.unsaved.today = less(book.unsaved.today, write.saved.today);
  book.stored = write.page;
  ++book.version;
}

std::string CostLedger::text_of(const Page& page) {
  return json{{"day", page.day},
              {"today_measured_usd", page.today.measured_usd},
              {"today_estimated_usd", page.today.estimated_usd},
              {"measured_usd", page.ever.measured_usd},
              {"estimated_usd", page.ever.estimated_usd}}
      .dump();
}

json CostLedger::snapshot() const {
  const std::lock_guard lock(mutex_);
  json out = json::object();
  const auto sum = [](const Sum& value) {
    return json{{"measured", value.measured_usd}, {"estimated", value.estimated_usd}};
  };
  for (const auto& [name, book] : books_) {
    out[name] = {{"today_usd", sum(spent_today(book))},
                 {"usd", sum(book.stored.ever + book.unsaved.ever)},
                 {"reserved_usd", book.reserved_usd}};
    if (book.account.cap_usd_per_day) out[name]["cap_usd_per_day"] = *book.account.cap_usd_per_day;
  }
  return out;
}

}  // namespace anyclaude
