#include "metrics/cost_ledger.h"

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

CostLedger::CostLedger(StateStore& states, const Clock& clock, std::vector<CostAccount> accounts)
    : states_(states), clock_(clock) {
  for (CostAccount& account : accounts) {
    Book book;
    const auto kept = states.get(kCostTable, account.backend);
    const json said = kept && *kept ? parse_json(**kept) : json();
    if (said.is_object()) {
      book.day = static_cast<std::int64_t>(number_at(said, "day"));
      book.today = {number_at(said, "today_measured_usd"), number_at(said, "today_estimated_usd")};
      book.ever = {number_at(said, "measured_usd"), number_at(said, "estimated_usd")};
    }
    book.account = std::move(account);
    std::string name = book.account.backend;
    books_.emplace(std::move(name), std::move(book));
  }
}

std::int64_t CostLedger::day_now() const {
  return unix_milliseconds(clock_.system_now()) / kDayMilliseconds;
}

bool CostLedger::add(std::string_view backend, const PaidTokens& tokens) {
  const std::lock_guard lock(mutex_);
  const auto found = books_.find(backend);
  if (found == books_.end()) return false;
  Book& book = found->second;
  if (book.day != day_now()) {
    book.day = day_now();
    book.today = {};
  }
  const double cost = (static_cast<double>(tokens.input) * book.account.input_usd +
                       static_cast<double>(tokens.cached_input) * book.account.cached_input_usd +
                       static_cast<double>(tokens.output) * book.account.output_usd) /
                      kTokensPriced;
  for (Sum* sum : {&book.today, &book.ever})
    (tokens.certainty == Certainty::measured ? sum->measured_usd : sum->estimated_usd) += cost;
  book.changed = true;
  return true;
}

Status CostLedger::check_room(std::string_view backend, std::uint64_t prompt_tokens) const {
  const std::lock_guard lock(mutex_);
  const auto found = books_.find(backend);
  if (found == books_.end() || !found->second.account.cap_usd_per_day) return {};
  const CostAccount& account = found->second.account;
  const double spent = spent_today(found->second).all();
  const double next = static_cast<double>(prompt_tokens) * account.input_usd / kTokensPriced;
  if (spent + next <= *account.cap_usd_per_day) return {};
  return fail(ErrorKind::permission, ErrorSource::broker,
              account.backend + " may cost " + dollars(*account.cap_usd_per_day) +
                  " a day (cost_cap_usd_per_day); " + dollars(spent) +
                  " of that is spent, and this prompt would cost about " + dollars(next) +
                  ". The next day begins at midnight UTC");
}

Status CostLedger::flush() {
  std::vector<std::pair<std::string, std::string>> changed;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [name, book] : books_) {
      if (!std::exchange(book.changed, false)) continue;
      changed.emplace_back(name, json{{"day", book.day},
                                      {"today_measured_usd", book.today.measured_usd},
                                      {"today_estimated_usd", book.today.estimated_usd},
                                      {"measured_usd", book.ever.measured_usd},
                                      {"estimated_usd", book.ever.estimated_usd}}
                                     .dump());
    }
  }
  Status result;
  for (const auto& [name, text] : changed) {
    if (Status status = states_.put(kCostTable, name, text); !status) {
      const std::lock_guard lock(mutex_);
      books_.at(name).changed = true;
      result = std::move(status);
    }
  }
  return result;
}

json CostLedger::snapshot() const {
  const std::lock_guard lock(mutex_);
  json out = json::object();
  const auto sum = [](const Sum& value) {
    return json{{"measured", value.measured_usd}, {"estimated", value.estimated_usd}};
  };
  for (const auto& [name, book] : books_) {
    out[name] = {{"today_usd", sum(spent_today(book))}, {"usd", sum(book.ever)}};
    if (book.account.cap_usd_per_day) out[name]["cap_usd_per_day"] = *book.account.cap_usd_per_day;
  }
  return out;
}

}  // namespace anyclaude
