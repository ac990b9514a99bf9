#include "metrics/ledger.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fakes/fake_clock.h"

namespace anyclaude {
namespace {

TEST(Ledger, CountsOutcomesReasonsAndEnds) {
  FakeClock clock;
  Ledger ledger(clock);
  clock.advance(std::chrono::seconds(5));
  RequestEntry bypass;
  bypass.status = "BYPASS";
  bypass.reason = "server_tools";
  bypass.http_status = 200;
  ledger.add(bypass);
  ledger.add(bypass);
  RequestEntry miss;
  miss.status = "MISS";
  miss.reason = "not_found";
  miss.admission = "admitted";
  miss.http_status = 502;
  miss.end = RequestEntry::End::failed;
  ledger.add(miss);
  const auto figures = ledger.snapshot();
  EXPECT_EQ(figures["uptime_seconds"], 5.0);
  EXPECT_EQ(figures["requests"]["total"], 3);
  EXPECT_EQ(figures["requests"]["by_status"]["BYPASS"], 2);
  EXPECT_EQ(figures["requests"]["by_status"]["HIT"], 0);
  EXPECT_EQ(figures["requests"]["bypass_reasons"]["server_tools"], 2);
  EXPECT_EQ(figures["requests"]["miss_reasons"]["not_found"], 1);
  EXPECT_EQ(figures["requests"]["failed"], 1);
  EXPECT_EQ(figures["requests"]["by_http_status"]["502"], 1);
  EXPECT_EQ(figures["admission"]["admitted"], 1);
}

TEST(Ledger, NeverMixesMeasuredAndUnknownTokens) {
  FakeClock clock;
  Ledger ledger(clock);
  RequestEntry measured;
  measured.status = "MISS";
  measured.prompt_certainty = Certainty::measured;
  measured.prompt_tokens_prefilled = 10;
  measured.prompt_tokens_reused = 90;
  ledger.add(measured);
  RequestEntry unknown;
  unknown.status = "MISS";
  unknown.prompt_tokens_unknown = 500;
  ledger.add(unknown);
  const auto tokens = ledger.snapshot()["prompt_tokens"];
  EXPECT_EQ(tokens["measured"]["prefilled"], 10);
  EXPECT_EQ(tokens["measured"]["reused"], 90);
  EXPECT_EQ(tokens["estimated"]["prefilled"], 0);
  EXPECT_EQ(tokens["unknown"]["prompt_tokens"], 500);
}

}  // namespace
}  // namespace anyclaude
