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
#include "base/limits.h"
#include "metrics/certainty.h"
#include "scheduler/shared_write.h"
#include "storage/state_store.h"

namespace anyclaude {

// Emptying the store must not reset the day's cost cap.
inline constexpr StateTable kCostTable{"costs", 1, 1'000, 4'096, StateRetention::kept};

// A server that has a price. US dollars for a million tokens.
struct CostAccount {
  std::string backend;
  double input_usd = 0;
  double output_usd = 0;
  double cached_input_usd = 0;
  std::optional<double> cap_usd_per_day = std::nullopt;
};

// Of one answer. `certainty` is measured when the server reported the figures, estimated when the broker
// computed them.
struct PaidTokens {
  std::uint64_t input = 0;  // without cached ones
  std::uint64_t cached_input = 0;
  std::uint64_t output = 0;
  Certainty certainty = Certainty::estimated;
};

// What an answer is expected to cost, before it is asked for.
struct CostEstimate {
  std::uint64_t prompt_tokens = 0;
  std::uint64_t answer_tokens = 0;  // of those, kReservedAnswerTokensMax count at most
};
// Clients ask for room for 32,000 tokens and more, and get a few hundred.
inline constexpr std::uint64_t kReservedAnswerTokensMax = 4'096;

class CostLedger;

// Money that is kept for an answer while it is made. Released by its destructor, unless it was settled. It
// must not outlive the ledger. Not thread-safe.
class CostReservation {
 public:
  CostReservation() = default;
  CostReservation(CostReservation&& other) noexcept;
  CostReservation& operator=(CostReservation&& other) noexcept;
  ~CostReservation() { release(); }

  // Counts what the answer cost instead.
  void settle(const PaidTokens& tokens);
  void release();
  // False for a server without a price, and once it was settled or released.
  bool is_open() const { return ledger_ != nullptr; }

 private:
  friend class CostLedger;
  CostReservation(CostLedger& ledger, std::string_view backend, double usd)
      : ledger_(&ledger), backend_(backend), usd_(usd) {}

  CostLedger* ledger_ = nullptr;
  std::string backend_;
  double usd_ = 0;
};

// Thread-safe. Days are UTC's. Costs are worked out from prices that a user configured: the bill may differ.
// Persistent: a restart does not begin a new day.
//
// A cap holds for answers that run at once: each reserves its estimate before its server is asked. It may be
// passed by what the last answers cost beyond their estimates. Reservations are in memory: what a killed
// process had asked for and not settled is not counted. Brokers that share a store add their costs up there
// and see each other's settled costs, not each other's reservations.
class CostLedger {
 public:
  CostLedger(StateStore& states, const Clock& clock, std::vector<CostAccount> accounts);

  // Error{permission, broker} that names the cap, when a prompt of this size would pass it, given what is
  // spent and reserved. The answer's own cost is reserved and not asked for: what it will be is not known.
  // Takes as long as the store takes to read the costs of other brokers.
  Result<CostReservation> reserve(std::string_view backend, const CostEstimate& estimate);
  // The same question without a reservation, from memory.
  Status check_room(std::string_view backend, std::uint64_t prompt_tokens) const;
  // Counts a cost for which nothing was reserved. False for a server without a price: nothing happens.
  bool add(std::string_view backend, const PaidTokens& tokens);
  // Writes what was added. Callers that come while a write runs share the next one; none waits longer than
  // limits::kStoreWriteWaitMax for others and as long for its own. Without an error everything the caller had
  // added is in the store.
  Status flush();

  // By name of the server: today's and all cost, by certainty, what is reserved, and the cap.
  nlohmann::json snapshot() const;

 private:
  friend class CostReservation;

  struct Sum {
    double measured_usd = 0;
    double estimated_usd = 0;
    double all() const { return measured_usd + estimated_usd; }
    Sum operator+(const Sum& other) const {
      return {measured_usd + other.measured_usd, estimated_usd + other.estimated_usd};
    }
  };
  // Of one day, since the Unix epoch, and of all days.
  struct Page {
    std::int64_t day = 0;
    Sum today;
    Sum ever;
  };
  struct Book {
    CostAccount account;
    Page stored;   // as it was last read or written
    Page unsaved;  // what came since
    double reserved_usd = 0;
    std::uint64_t reservations = 0;  // that are open
    std::uint64_t version = 0;       // of `stored`
  };

  std::int64_t day_now() const;
  Sum spent_today(const Book& book) const;
  static Page together(const Page& stored, const Page& added);
  static double cost_of(const CostAccount& account, const PaidTokens& tokens);
  std::optional<Page> read_page(std::string_view backend) const;
  void refresh(std::string_view backend);
  Status check_room(const Book& book, std::uint64_t prompt_tokens) const;
  void add(Book& book, const PaidTokens& tokens);
  void end_reservation(std::string_view backend, double usd, const PaidTokens* tokens);
  // `saved` is what `page` has beyond what the store had.
  struct Write {
    std::string backend;
    Page saved;
    Page page;
  };
  Status write_unsaved();
  std::vector<Write> unsaved_pages() const;
  void note_written(const Write& write);
  static std::string text_of(const Page& page);

  StateStore& states_;
  const Clock& clock_;
  SharedWrite writes_{limits::kStoreWriteWaitMax};
  mutable std::mutex mutex_;  // of the books
  std::map<std::string, Book, std::less<>> books_;
};

}  // namespace anyclaude
