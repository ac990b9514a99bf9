// What a request may ask of the cache, and what keeps it from being looked up.
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

std::string body(json extra = json::object()) {
  json request = {{"model", "m"}, {"max_tokens", 9}, {"messages", {{{"role", "user"}, {"content", "q"}}}}};
  request.update(extra);
  return request.dump();
}

std::string answer_text(const RecordingWriter& reply) {
  return json::parse(reply.body)["content"][0]["text"];
}

void expect_answer(BrokerFixture& broker, const std::string& text) {
  broker.backend.upstream.expect_reply(200, event_stream(), chat_stream({text}));
}

TEST(CacheControl, NoCacheAsksAgainAndReplacesTheEntry) {
  BrokerFixture broker("llama-cpp");
  expect_answer(broker, "old");
  (void)broker.post("/v1/messages", body());
  expect_answer(broker, "new");
  const RecordingWriter asked = broker.post("/v1/messages", body(), {{"Cache-Control", "no-cache"}});
  EXPECT_EQ(cache_status(asked), "MISS");
  EXPECT_EQ(answer_text(broker.post("/v1/messages", body())), "new");
}

TEST(CacheControl, NoStoreLooksUpAndKeepsNothing) {
  BrokerFixture broker("llama-cpp");
  expect_answer(broker, "one");
  EXPECT_EQ(cache_status(broker.post("/v1/messages", body(), {{"x-anyclaude-cache-control", "no-store"}})),
            "MISS");
  expect_answer(broker, "two");
  EXPECT_EQ(cache_status(broker.post("/v1/messages", body())), "MISS");
  EXPECT_EQ(cache_status(broker.post("/v1/messages", body(), {{"Cache-Control", "no-store"}})), "HIT");
}

TEST(CacheControl, NoStoreWithNoCacheIsABypass) {
  BrokerFixture broker("llama-cpp");
  expect_answer(broker, "x");
  const RecordingWriter reply =
      broker.post("/v1/messages", body(), {{"Cache-Control", "no-store, no-cache"}});
  EXPECT_EQ(cache_status(reply), "BYPASS");
  EXPECT_EQ(broker.metrics()["requests"]["bypass_reasons"]["no_store"], 1);
}

TEST(CacheControl, OnlyIfCachedNeverAsksTheServer) {
  BrokerFixture broker("llama-cpp");
  EXPECT_EQ(broker.post("/v1/messages", body(), {{"Cache-Control", "only-if-cached"}}).status, 504);
}

TEST(CacheControl, AnAnswerOlderThanMaxAgeIsAskedForAgain) {
  BrokerFixture broker("llama-cpp");
  expect_answer(broker, "old");
  (void)broker.post("/v1/messages", body());
  broker.clock.advance(std::chrono::seconds(61));
  const RecordingWriter young = broker.post("/v1/messages", body(), {{"Cache-Control", "max-age=3600"}});
  EXPECT_EQ(cache_status(young), "HIT");
  EXPECT_EQ(young.headers.get("x-anyclaude-cache-age"), "61");
  expect_answer(broker, "new");
  EXPECT_EQ(cache_status(broker.post("/v1/messages", body(), {{"Cache-Control", "max-age=60"}})), "MISS");
}

TEST(CacheControl, AnswersExpire) {
  BrokerFixture broker("llama-cpp", {CacheMode::on, std::chrono::seconds(100)});
  expect_answer(broker, "old");
  (void)broker.post("/v1/messages", body());
  broker.clock.advance(std::chrono::seconds(101));
  expect_answer(broker, "new");
  EXPECT_EQ(cache_status(broker.post("/v1/messages", body())), "MISS");
}

TEST(CacheModes, EachDoesWhatItSays) {
  BrokerFixture off("llama-cpp", {CacheMode::off, std::chrono::hours(1)});
  expect_answer(off, "x");
  EXPECT_EQ(cache_status(off.post("/v1/messages", body())), "BYPASS");
  EXPECT_EQ(off.metrics()["requests"]["bypass_reasons"]["mode_off"], 1);

  BrokerFixture read_only("llama-cpp", {CacheMode::read_only, std::chrono::hours(1)});
  for (int i = 0; i < 2; ++i) {
    expect_answer(read_only, "x");
    EXPECT_EQ(cache_status(read_only.post("/v1/messages", body())), "MISS");
  }

  BrokerFixture write_only("llama-cpp", {CacheMode::write_only, std::chrono::hours(1)});
  for (int i = 0; i < 2; ++i) {
    expect_answer(write_only, "x");
    EXPECT_EQ(cache_status(write_only.post("/v1/messages", body())), "MISS");
  }
  EXPECT_EQ(write_only.metrics()["store"]["entries"], 1);
}

TEST(AskedAgain, TheThirdAskingOfOneSessionWithinTwoMinutesGetsANewAnswer) {
  BrokerFixture broker("llama-cpp");
  const HeaderFields session{{"X-Claude-Code-Session-Id", "s1"}};
  expect_answer(broker, "bad");
  EXPECT_EQ(cache_status(broker.post("/v1/messages", body(), session)), "MISS");
  EXPECT_EQ(cache_status(broker.post("/v1/messages", body(), session)), "HIT");
  expect_answer(broker, "better");
  EXPECT_EQ(cache_status(broker.post("/v1/messages", body(), session)), "MISS");
  EXPECT_EQ(broker.metrics()["requests"]["miss_reasons"]["asked_again"], 1);
  EXPECT_EQ(answer_text(broker.post("/v1/messages", body(), {{"X-Claude-Code-Session-Id", "s2"}})), "better");
}

TEST(AskedAgain, ARetryOfAnAnswerThatDidNotArriveStillHits) {
  BrokerFixture broker("llama-cpp");
  const HeaderFields session{{"X-Claude-Code-Session-Id", "s1"}};
  expect_answer(broker, "good");
  (void)broker.post("/v1/messages", body(), session);
  for (int i = 0; i < 3; ++i) {
    RecordingWriter leaving;
    leaving.leaves_after_bytes = 0;
    broker.post_to(leaving, "/v1/messages", body(), session);
  }
  EXPECT_EQ(cache_status(broker.post("/v1/messages", body(), session)), "HIT");
}

TEST(Fingerprint, AnotherModelBehindTheSamePortIsAnotherAnswer) {
  BrokerFixture broker("llama-cpp");
  expect_answer(broker, "one");
  (void)broker.post("/v1/messages", body());
  broker.backend.answer.fingerprint = "fingerprint-2";
  expect_answer(broker, "two");
  EXPECT_EQ(cache_status(broker.post("/v1/messages", body())), "MISS");
}

// A store whose every call fails.
class BrokenStore final : public ResponseStore {
 public:
  Result<std::optional<StoredResponse>> find(const CacheKey&) override { return broken(); }
  std::unique_ptr<ResponseWrite> begin_write(const CacheKey&) override {
    return std::make_unique<BrokenWrite>();
  }
  Result<bool> remove(const Digest128&) override { return broken(); }
  bool has_imports() override { return true; }
  Result<std::optional<StoredResponse>> adopt(std::string_view, std::string_view, const CacheKey&) override {
    return broken();
  }
  Result<StoreStats> stats() override { return broken(); }
  Status flush() override { return broken(); }

 private:
  static tl::unexpected<Error> broken() {
    return fail(ErrorKind::io, ErrorSource::store, "the disk is on fire");
  }
  struct BrokenWrite final : ResponseWrite {
    Status commit(StoredResponse) override { return broken(); }
  };
};

TEST(StoreFaults, ABrokenStoreIsAMissAndNeverAFailedRequest) {
  BrokerFixture broker("llama-cpp");
  BrokenStore broken;
  const BrokerParts parts{broker.clock,
                          broker.backends,
                          broker.router,
                          broker.fallbacks,
                          broker.costs,
                          broken,
                          broker.secrets,
                          broker.repeats,
                          broker.calibration,
                          broker.prompts,
                          broker.prefixes,
                          broker.traces,
                          broker.projects,
                          broker.learned,
                          broker.ledger,
                          broker.guard,
                          broker.log,
                          broker.waiter,
                          {},
                          OrderingLevel::standard};
  BrokerService service(parts);
  expect_answer(broker, "still answered");
  HttpRequest request;
  request.method = "POST";
  request.path = request.target = "/v1/messages";
  request.headers = {{"Host", "localhost"}};
  request.body = body();
  RecordingWriter reply;
  service.handle(request, reply);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(answer_text(reply), "still answered");
  EXPECT_EQ(cache_status(reply), "BYPASS");
  EXPECT_EQ(broker.metrics()["requests"]["bypass_reasons"]["store_error"], 1);
}

}  // namespace
}  // namespace anyclaude
