// What paid servers have cost today, and whether more fits under their caps.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "metrics/certainty.h"
#include "storage/state_store.h"

namespace anyclaude {

// Emptying the store must not give anybody a second day's money.
inline constexpr StateTable kCostTable{"costs", 1, 1'000, 4'096, StateRetention::kept};

// A server that has a price. US dollars for a million tokens.
struct CostAccount {
  std::string backend;
  double input_usd = 0;
  double output_usd = 0;
  double cached_input_usd = 0;
  std::optional<double> cap_usd_per_day = std::nullopt;
};

// Of one answer. `certainty` is measured when the server said the figures, estimated when they are ours.
struct PaidTokens {
  std::uint64_t input = 0;  // without cached ones
  std::uint64_t cached_input = 0;
  std::uint64_t output = 0;
  Certainty certainty = Certainty::estimated;
};

// Thread-safe. Days are UTC's. Costs are worked out from prices that somebody configured: the bill may
// differ. Persistent: a restart does not begin a new day. Answers that run at once are each let in before the
// others are counted, so a cap may be passed by what they cost.
class CostLedger {
 public:
  CostLedger(StateStore& states, const Clock& clock, std::vector<CostAccount> accounts);

  // False for a server without a price: nothing happens.
  bool add(std::string_view backend, const PaidTokens& tokens);
  // Error{permission, broker} that names the cap, when a prompt of this size would pass it. A cost that is
  // spent already is enough; what the answer will cost nobody knows.
  Status check_room(std::string_view backend, std::uint64_t prompt_tokens) const;
  // Writes what was added; takes as long as the store takes.
  Status flush();

  // By name of the server: today's and all cost, by certainty, and the cap.
  nlohmann::json snapshot() const;

 private:
  struct Sum {
    double measured_usd = 0;
    double estimated_usd = 0;
    double all() const { return measured_usd + estimated_usd; }
  };
  struct Book {
    CostAccount account;
    std::int64_t day = 0;  // since the Unix epoch
    Sum today;
    Sum ever;
    bool changed = false;
  };

  std::int64_t day_now() const;
  Sum spent_today(const Book& book) const { return book.day == day_now() ? book.today : Sum{}; }

  StateStore& states_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Book, std::less<>> books_;
};

}  // namespace anyclaude
