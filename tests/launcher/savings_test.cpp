#include "tools/launcher/savings.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/storage/temporary_directory.h"

namespace anyclaude::launcher {
namespace {

using nlohmann::json;

json broker_metrics() {
  return {
      {"requests", {{"total", 9}, {"by_status", {{"HIT", 3}, {"MISS", 4}, {"BYPASS", 2}, {"COALESCED", 0}}}}},
      {"prompt_tokens",
       {{"measured", {{"prefilled", 1000}, {"reused", 3000}}},
        {"estimated", {{"prefilled", 0}, {"reused", 0}}},
        {"unknown", {{"prompt_tokens", 0}}}}},
      {"saved_by_hits", {{"prompt_tokens", 6000}, {"output_tokens", 50}, {"generation_ms", 2500}}}};
}

TEST(Savings, ARunIsTheDifferenceOfTwoReadings) {
  const Figures after = Figures::read(broker_metrics());
  Figures before = after;
  before.requests = 5;
  before.hits = 1;
  before.measured_reused = 1000;
  const Figures run = after.since(before);
  EXPECT_EQ(run.requests, 4u);
  EXPECT_EQ(run.hits, 2u);
  EXPECT_EQ(run.measured_reused, 2000u);
  EXPECT_EQ(run.misses, 0u);
  Figures of_another_broker;
  of_another_broker.requests = 100;
  EXPECT_EQ(after.since(of_another_broker).requests, 9u);
  EXPECT_EQ(Figures::read(json::array()).requests, 0u);
}

TEST(Savings, AreSaidInOneSentence) {
  EXPECT_EQ(
      savings_text(Figures::read(broker_metrics())),
      "9 requests, 3 answered without the model (saved 6,000 prompt tokens and 2.5 s of answering); of 4,000 "
      "prompt tokens sent the server read 1,000 and held the rest (measured)");
  EXPECT_EQ(savings_text(Figures{}), "");
}

TEST(Savings, TheFileKeepsTheKeysOfEarlierVersions) {
  const SystemTime now = SystemTime(std::chrono::milliseconds(1'768'174'845'298));
  const json file =
      metrics_file_json(Figures::read(broker_metrics()), std::chrono::milliseconds(21'018), now);
  EXPECT_EQ(file.at("exportedAt"), "2026-01-11T23:40:45.298Z");
  EXPECT_EQ(file.at("runtime"), 21018);
  EXPECT_EQ(file.at("metrics"), (json{{"totalRequests", 9},
                                      {"cacheHits", 3},
                                      {"cacheMisses", 4},
                                      {"hitRate", "42.86"},
                                      {"tokenSavings", "90.00"},
                                      {"totalInputTokens", 10000},
                                      {"cacheCreationTokens", 1000},
                                      {"cacheReadTokens", 9000}}));
  EXPECT_TRUE(file.at("topEntries").is_array());
  EXPECT_EQ(file.at("layers").at("response").at("hits"), 3);
}

class MetricsFile : public ::testing::Test {
 protected:
  std::string update(const Figures& run, const std::filesystem::path& configured = {}) {
    EXPECT_TRUE(update_metrics_file(configured, directory_.path(), run, std::chrono::milliseconds(1), {}));
    std::ifstream in(configured.empty() ? usual_ : configured);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  TemporaryDirectory directory_;
  std::filesystem::path usual_ = directory_.path() / ".anyclaude-cache-metrics.json";
};

TEST_F(MetricsFile, IsUpdatedWhereItIsAndMadeWhereItIsAskedFor) {
  const Figures run = Figures::read(broker_metrics());
  EXPECT_EQ(update(run), "") << "nobody asked for one";
  EXPECT_NE(update(run, directory_.path() / "named.json"), "");
  std::ofstream(usual_) << "old";
  EXPECT_NE(update(run).find("\"totalRequests\": 9"), std::string::npos);
}

TEST_F(MetricsFile, IsNotEmptiedByAnEmptyRun) {
  std::ofstream(usual_) << "full";
  EXPECT_EQ(update(Figures{}), "full");
}

}  // namespace
}  // namespace anyclaude::launcher
