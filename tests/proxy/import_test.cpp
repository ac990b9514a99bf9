// An answer of one broker's store, carried to another's.
#include "broker_fixture.h"
#include "fakes/reply_texts.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using fakes::cache_status;
using fakes::chat_stream;
using fakes::event_stream;
using fakes::RecordingWriter;
using nlohmann::json;

std::string body(std::string_view question) {
  return json{{"model", "m"}, {"max_tokens", 9}, {"messages", {{{"role", "user"}, {"content", question}}}}}
      .dump();
}

class ImportedAnswers : public testing::Test {
 protected:
  void SetUp() override {
    there_.backend.upstream.expect_reply(200, event_stream(), chat_stream({"from there"}));
    const RecordingWriter asked = there_.post("/v1/messages", body("q"));
    ASSERT_EQ(cache_status(asked), "MISS");
    key_there_ = asked.headers.get("x-anyclaude-cache-key");
    ASSERT_TRUE(there_.store->responses().flush());
  }
  // As `export` and `import` do. How many were taken.
  int carry_over() {
    int added = 0;
    EXPECT_TRUE(there_.store->maintenance().for_each_record(
        std::nullopt, [&](const Digest128&, const StoredResponse& response) {
          const auto outcome = here_.store->maintenance().import_record(response, kImportPartition);
          EXPECT_TRUE(outcome) << outcome.error().message;
          added += outcome && *outcome == ImportOutcome::added ? 1 : 0;
          return true;
        }));
    return added;
  }

  BrokerFixture there_{"llama-cpp"};
  BrokerFixture here_{"llama-cpp"};
  std::string key_there_;
};

// No server answers here: the scripted one has nothing to say.
TEST_F(ImportedAnswers, AreHitsOfTheSameRequestThoughTheSecretsDiffer) {
  ASSERT_EQ(carry_over(), 1);
  const RecordingWriter first = here_.post("/v1/messages", body("q"));
  EXPECT_EQ(cache_status(first), "HIT");
  EXPECT_NE(first.headers.get("x-anyclaude-cache-key"), key_there_);
  EXPECT_EQ(json::parse(first.body)["content"][0]["text"], "from there");
  EXPECT_EQ(cache_status(here_.post("/v1/messages", body("q"))), "HIT");  // now under its own key
  const StoreStats stats = here_.store->responses().stats().value();
  EXPECT_EQ(stats.entries, 1u);
  EXPECT_EQ(stats.imports, 0u);
}

TEST_F(ImportedAnswers, AreNoAnswersToAnotherRequest) {
  ASSERT_EQ(carry_over(), 1);
  here_.backend.upstream.expect_reply(200, event_stream(), chat_stream({"from here"}));
  const RecordingWriter reply = here_.post("/v1/messages", body("another"));
  EXPECT_EQ(cache_status(reply), "MISS");
  EXPECT_EQ(json::parse(reply.body)["content"][0]["text"], "from here");
}

TEST_F(ImportedAnswers, AreNoAnswersOfAnotherModel) {
  ASSERT_EQ(carry_over(), 1);
  here_.backend.answer.fingerprint = "fingerprint-2";
  here_.backend.upstream.expect_reply(200, event_stream(), chat_stream({"from here"}));
  EXPECT_EQ(cache_status(here_.post("/v1/messages", body("q"))), "MISS");
}

}  // namespace
}  // namespace anyclaude
