// The simulated server reuses what the real one did. The figures are those of
// tests/data/recordings/README.md, measured on a real llama.cpp server with one slot.
#include <gtest/gtest.h>

#include "tests/simserver/collecting_sink.h"
#include "tests/simserver/recordings.h"
#include "tools/simserver/engine.h"

namespace anyclaude::sim {
namespace {

struct Replay {
  std::size_t prefilled = 0;
  std::size_t reused = 0;
  std::size_t total() const { return prefilled + reused; }
  double reuse_percent() const { return 100.0 * static_cast<double>(reused) / static_cast<double>(total()); }
};

Replay replay(const std::vector<std::string>& names, EngineOptions options) {
  Engine engine(options, Script());
  PatientClient client;
  for (const std::string& name : names) {
    auto request = read_anthropic_request(recorded_body(name), MaxTokensField::required);
    EXPECT_TRUE(request.has_value()) << name;
    request->max_tokens = 8;  // as when the figures were taken
    CollectingSink sink;
    EXPECT_EQ(engine.run(*request, engine.prepare(*request), sink, client), RunEnd::complete) << name;
  }
  const StatsSnapshot stats = engine.stats().snapshot();
  return {stats.prefilled_tokens, stats.reused_tokens};
}

TEST(Calibration, TokensAreAsManyAsWithARealVocabulary) {
  const Replay old_flows = replay(kFlowsOf21197, {});
  EXPECT_NEAR(static_cast<double>(old_flows.total()), 213'220, 0.03 * 213'220);
  const Replay new_flows = replay(kFlowsOf21329, {});
  EXPECT_NEAR(static_cast<double>(new_flows.total()), 100'558, 0.03 * 100'558);
}

TEST(Calibration, OneSlotWithoutHostCacheReusesElevenPercent) {
  const Replay measured = replay(kFlowsOf21197, {});
  RecordProperty("prefilled", static_cast<int>(measured.prefilled));
  RecordProperty("reused", static_cast<int>(measured.reused));
  EXPECT_NEAR(measured.reuse_percent(), 11.0, 2.0) << measured.prefilled << " " << measured.reused;
}

TEST(Calibration, TheDefaultHostCacheRaisesItToFortyPercent) {
  EngineOptions options;
  options.host_cache_mib = 8192;
  const Replay measured = replay(kFlowsOf21197, options);
  RecordProperty("prefilled", static_cast<int>(measured.prefilled));
  RecordProperty("reused", static_cast<int>(measured.reused));
  EXPECT_NEAR(measured.reuse_percent(), 40.3, 5.0) << measured.prefilled << " " << measured.reused;
}

TEST(Calibration, TheNewestClientReusesHalf) {
  const Replay measured = replay(kFlowsOf21329, {});
  RecordProperty("prefilled", static_cast<int>(measured.prefilled));
  RecordProperty("reused", static_cast<int>(measured.reused));
  EXPECT_NEAR(static_cast<double>(measured.prefilled), 48'913, 0.03 * 48'913);
  EXPECT_NEAR(static_cast<double>(measured.reused), 51'645, 0.03 * 51'645);
}

double reuse_percent_of_second(const std::string& first, const std::string& second) {
  const Replay both = replay({first, second}, {});
  const Replay alone = replay({first}, {});
  return 100.0 * static_cast<double>(both.reused) / static_cast<double>(both.total() - alone.total());
}

TEST(Calibration, TheBillingLineCostsAnotherSessionEverything) {
  EXPECT_LT(reuse_percent_of_second("latest_interactive/0004", "latest_continue/0001"), 0.5);
  EXPECT_LT(reuse_percent_of_second("latest_print/0002", "latest_other_project/0001"), 0.5);
  EXPECT_GT(reuse_percent_of_second("latest_print/0001", "latest_print/0002"), 99.0);
}

TEST(Calibration, ASmallHostCacheHelpsLess) {
  EngineOptions tiny;
  tiny.host_cache_mib = 64;  // under 700 tokens: only title requests fit
  EXPECT_NEAR(replay(kFlowsOf21197, tiny).reuse_percent(), 11.0, 2.0);
}

}  // namespace
}  // namespace anyclaude::sim
