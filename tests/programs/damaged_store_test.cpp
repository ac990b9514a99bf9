// 200 damages by seed, before the broker starts and while it runs: never a wrong answer, never a dead broker,
// never a command that crashes or takes long. A failure names its seed; ANYCLAUDE_DAMAGE_SEED=N tries that
// one.
#include <array>
#include <cstdlib>
#include <iostream>

#include "programs/program_house.h"
#include "programs/store_damage.h"

namespace anyclaude::programs {
namespace {

constexpr std::uint64_t kQuestions = 24;
constexpr std::uint64_t kSeedsPerPart = 5;
constexpr std::uint64_t kParts = 20;  // of each of the two kinds of test
constexpr std::chrono::seconds kCommandTimeMax{30};

// What became of the damages of one kind.
struct Outcome {
  int damages = 0;
  int set_aside = 0;
  int reported = 0;
  int hits = 0;
  int misses = 0;
};

class DamagedStore : public ProgramHouse, public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  void fill(std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t number = first; number < first + count; ++number) {
      const Asked asked = ask(number);
      ASSERT_TRUE(asked.is_right) << number << ": " << asked.body;
    }
  }

  std::vector<std::uint64_t> seeds() const {
    if (const char* one = std::getenv("ANYCLAUDE_DAMAGE_SEED"); one != nullptr)
      return {std::strtoull(one, nullptr, 10)};
    std::vector<std::uint64_t> out;
    for (std::uint64_t i = 0; i < kSeedsPerPart; ++i) out.push_back(GetParam() * kSeedsPerPart + i);
    return out;
  }

  void must_end_well(const std::vector<std::string>& words, Outcome& outcome) {
    const Command done = cachectl(words);
    EXPECT_LT(done.exit_code, 5) << words.front() << ": " << done.err;
    EXPECT_LT(done.took, kCommandTimeMax) << words.front();
    if (done.exit_code == 0) return;
    EXPECT_FALSE(done.out.empty() && done.err.empty()) << words.front() << " fails without a word";
    if (words.front() == "verify" || words.front() == "doctor") ++outcome.reported;
  }

  void must_answer(std::uint64_t number, Outcome& outcome) {
    const Asked asked = ask(number);
    EXPECT_TRUE(asked.is_right) << number << (asked.is_hit ? " from the store: " : ": ") << asked.status
                                << ' ' << asked.body;
    ++(asked.is_hit ? outcome.hits : outcome.misses);
  }

  // What is asked for again comes from the store again, at the latest when the damage was found.
  void must_store_again(std::uint64_t number) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (;;) {
      const Asked asked = ask(number);
      ASSERT_TRUE(asked.is_right) << asked.status << ' ' << asked.body;
      if (asked.is_hit) return;
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "nothing is stored any more\n"
                                                            << text_in("broker.err") << metrics().dump(1);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  int set_aside_files() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(store()))
      if (entry.path().filename().string().starts_with("damaged-")) ++count;
    return count;
  }
  void remove_set_aside() {
    for (const auto& entry : std::filesystem::directory_iterator(store()))
      if (entry.path().filename().string().starts_with("damaged-")) std::filesystem::remove_all(entry.path());
  }

  void print() const {
    for (std::size_t i = 0; i < kDamages; ++i) {
      const Outcome& outcome = outcomes_[i];
      if (outcome.damages == 0) continue;
      std::cout << "| " << kDamageNames[i] << " | " << outcome.damages << " | " << outcome.reported << " | "
                << outcome.set_aside << " | " << outcome.hits << " | " << outcome.misses << " |\n";
    }
  }

  std::array<Outcome, kDamages> outcomes_;
};

class BeforeAStart : public DamagedStore {};

TEST_P(BeforeAStart, IsReportedAndSetAsideAndNothingWrongIsAnswered) {
  start_broker();
  fill(0, kQuestions);
  stop_broker();
  const auto sound = home() / "sound";
  std::filesystem::copy(store(), sound, std::filesystem::copy_options::recursive);
  for (const std::uint64_t seed : seeds()) {
    const auto kind = static_cast<Damage>(seed % kDamages);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::string(kDamageNames[seed % kDamages]));
    std::filesystem::remove_all(store());
    std::filesystem::copy(sound, store(), std::filesystem::copy_options::recursive);
    Outcome& outcome = outcomes_[seed % kDamages];
    ++outcome.damages;
    Vandal(store(), seed).damage(kind);
    // Each damage meets two of the commands, verify or doctor among them.
    must_end_well({seed % 2 == 0 ? "verify" : "doctor"}, outcome);
    const std::array<std::vector<std::string>, 5> others{
        {{"ls"}, {"stats"}, {"export", "-"}, {"show", "--last"}, {"purge", "--unused", "1h"}}};
    must_end_well(others[seed / kDamages % others.size()], outcome);
    start_broker();
    if (HasFatalFailure()) return;
    for (std::uint64_t i = 0; i < 6; ++i) must_answer((seed + i * 7) % kQuestions, outcome);
    must_store_again(kQuestions + seed);
    ASSERT_TRUE(broker_lives()) << text_in("broker.err");
    outcome.set_aside += set_aside_files();
    stop_broker();
    EXPECT_EQ(cachectl({"verify"}).exit_code == 0 || set_aside_files() == 0, true)
        << "what is new is damaged";
  }
  print();
}

INSTANTIATE_TEST_SUITE_P(Seeds, BeforeAStart, ::testing::Range<std::uint64_t>(0, kParts));

class WhileItRuns : public DamagedStore {};

TEST_P(WhileItRuns, IsSetAsideAndNothingWrongIsAnswered) {
  start_broker();
  std::uint64_t fresh = 1'000 * (1 + GetParam());
  for (const std::uint64_t seed : seeds()) {
    const std::size_t kind = seed % (kDamages - 1);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::string(kDamageNames[kind]));
    Outcome& outcome = outcomes_[kind];
    ++outcome.damages;
    fill(fresh, 15);
    Vandal(store(), seed).damage(static_cast<Damage>(kind));
    const std::uint64_t asked_first = seed % 2 == 0 ? fresh : fresh + 15;
    must_answer(asked_first, outcome);
    if (seed % 3 == 0) must_end_well({seed % 2 == 0 ? "verify" : "doctor"}, outcome);
    if (seed % 3 == 1) must_end_well({seed % 2 == 0 ? "ls" : "stats"}, outcome);
    for (std::uint64_t i = 0; i < 15; i += 2) must_answer(fresh + i, outcome);
    must_store_again(fresh + 20);
    ASSERT_TRUE(broker_lives()) << text_in("broker.err");
    outcome.set_aside += set_aside_files();
    remove_set_aside();
    fresh += 30;
  }
  print();
}

INSTANTIATE_TEST_SUITE_P(Seeds, WhileItRuns, ::testing::Range<std::uint64_t>(kParts, 2 * kParts));

}  // namespace
}  // namespace anyclaude::programs
