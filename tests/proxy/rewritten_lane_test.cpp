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

std::string request_text(bool stream = true, std::string_view text = "hello") {
  return json{{"model", "claude-opus-4-8"},
              {"max_tokens", 100},
              {"stream", stream},
              {"messages", {{{"role", "user"}, {"content", text}}}}}
      .dump();
}

TEST(RewrittenLane, FirstDeltaReachesTheClientAtOnceAndTheSecondAskingIsAHit) {
  BrokerFixture broker("llama-cpp");
  broker.backend.upstream.expect_reply(200, event_stream(), chat_stream({"one", "two", "three"}));
  const RecordingWriter first = broker.post("/v1/messages?beta=true", request_text());
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(cache_status(first), "MISS");
  EXPECT_EQ(first.state, RecordingWriter::State::finished);
  EXPECT_GE(first.writes, 3) << "each delta is written when it comes";
  EXPECT_NE(first.body.find("event: message_start"), std::string::npos);
  EXPECT_NE(first.body.find("event: message_stop"), std::string::npos);

  const RecordingWriter second = broker.post("/v1/messages", request_text());
  EXPECT_EQ(cache_status(second), "HIT");
  EXPECT_NE(second.body.find("onetwothree"), std::string::npos);
  EXPECT_EQ(second.headers.get("x-anyclaude-cache-key"), first.headers.get("x-anyclaude-cache-key"));
  EXPECT_EQ(second.headers.get("Cache-Status"), "anyclaude; hit");
}

TEST(RewrittenLane, StreamedAndWholeRequestsShareAnEntry) {
  BrokerFixture broker("llama-cpp");
  broker.backend.upstream.expect_reply(200, event_stream(), chat_stream({"shared"}));
  EXPECT_EQ(cache_status(broker.post("/v1/messages", request_text(true))), "MISS");
  const RecordingWriter whole = broker.post("/v1/messages", request_text(false));
  EXPECT_EQ(cache_status(whole), "HIT");
  const json message = json::parse(whole.body);
  EXPECT_EQ(message["type"], "message");
  EXPECT_EQ(message["content"][0]["text"], "shared");
  EXPECT_EQ(message["usage"]["input_tokens"], 60);
  EXPECT_EQ(message["usage"]["cache_read_input_tokens"], 40);
  EXPECT_TRUE(message["id"].get<std::string>().starts_with("msg_"));
}

TEST(RewrittenLane, AWholeReplyIsAMessage) {
  BrokerFixture broker("llama-cpp");
  broker.backend.upstream.expect_reply(200, event_stream(), chat_stream({"a", "b"}));
  const RecordingWriter reply = broker.post("/v1/messages", request_text(false));
  EXPECT_EQ(json::parse(reply.body)["content"][0]["text"], "ab");
  EXPECT_EQ(json::parse(reply.body)["stop_reason"], "end_turn");
  EXPECT_EQ(json::parse(reply.body)["model"], "claude-opus-4-8");
}

TEST(RewrittenLane, TheClientsCredentialsNeverReachTheServer) {
  BrokerFixture broker("llama-cpp");
  broker.backend.upstream.expect_reply(200, event_stream(), chat_stream({"x"}));
  (void)broker.post("/v1/messages", request_text(),
                    {{"x-api-key", "sk-secret-1"},
                     {"Authorization", "Bearer secret-2"},
                     {"Cookie", "secret-3"},
                     {"X-Claude-Code-Session-Id", "secret-4"},
                     {"User-Agent", "secret-5"}});
  ASSERT_EQ(broker.backend.upstream.requests.size(), 1u);
  const UpstreamRequest& sent = broker.backend.upstream.requests[0];
  for (const HeaderField& field : sent.headers)
    EXPECT_EQ(field.value.find("secret"), std::string::npos) << field.name;
  EXPECT_EQ(sent.body.find("secret"), std::string::npos);
  EXPECT_EQ(broker.log_text.str().find("secret"), std::string::npos);
}

TEST(RewrittenLane, TheAnswerIsInTheStoreBeforeTheClientHasItsLastBytes) {
  BrokerFixture broker("llama-cpp");
  broker.backend.upstream.expect_reply(200, event_stream(), chat_stream({"quick"}));
  RecordingWriter first;
  std::string status_seen;
  first.before_last_bytes = [&] { status_seen = cache_status(broker.post("/v1/messages", request_text())); };
  broker.post_to(first, "/v1/messages", request_text());
  EXPECT_EQ(status_seen, "HIT");
}

TEST(RewrittenLane, AClientThatLeavesStopsTheCallAndNothingIsKept) {
  BrokerFixture broker("llama-cpp");
  for (const bool before_head : {true, false}) {
    fakes::ScriptedExchange exchange;
    if (!before_head)
      exchange.signals = {UpstreamHead{200, event_stream()}, UpstreamBytes{chat_stream({"a"})[0]}};
    exchange.signals.push_back(ClientGone{});
    broker.backend.upstream.expect(std::move(exchange));
    (void)broker.post("/v1/messages", request_text());
  }
  EXPECT_EQ(broker.backend.upstream.cancelled, 2);
  EXPECT_EQ(broker.metrics()["requests"]["client_left"], 2);
  EXPECT_EQ(broker.metrics()["store"]["entries"], 0);
}

TEST(RewrittenLane, AReplyCutInTheMiddleEndsInAnErrorEventAndIsNotKept) {
  BrokerFixture broker("llama-cpp");
  const auto pieces = chat_stream({"half"});
  broker.backend.upstream.expect_reply(200, event_stream(), {pieces[0], pieces[1]}, UpstreamEnd::cut);
  const RecordingWriter reply = broker.post("/v1/messages", request_text());
  EXPECT_NE(reply.body.find("event: error"), std::string::npos);
  EXPECT_EQ(reply.body.find("message_stop"), std::string::npos);
  EXPECT_EQ(broker.metrics()["store"]["entries"], 0);
  EXPECT_EQ(broker.metrics()["requests"]["failed"], 1);
}

TEST(RewrittenLane, AnAnswerCutOffByMaxTokensIsDeliveredAndNotKept) {
  BrokerFixture broker("llama-cpp");
  broker.backend.upstream.expect_reply(200, event_stream(), chat_stream({"long"}, "length"));
  const RecordingWriter reply = broker.post("/v1/messages", request_text(false));
  EXPECT_EQ(json::parse(reply.body)["stop_reason"], "max_tokens");
  EXPECT_EQ(broker.metrics()["admission"]["cut_off"], 1);
  EXPECT_EQ(broker.metrics()["store"]["entries"], 0);
}

TEST(RewrittenLane, AnOverflowIsWordedSoThatTheClientCompacts) {
  BrokerFixture broker("llama-cpp");
  broker.backend.upstream.expect_reply(
      400, fakes::json_type(),
      {R"({"error":{"code":400,"message":"the request exceeds the available context size","type":)"
       R"("exceed_context_size_error","n_prompt_tokens":40000,"n_ctx":32768}})"});
  const RecordingWriter reply = broker.post("/v1/messages", request_text());
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(json::parse(reply.body)["error"]["message"], "prompt is too long: 40000 tokens > 32768 maximum");
}

TEST(RewrittenLane, AServerThatIsDownIsNamedInTheError) {
  BrokerFixture broker("llama-cpp");
  broker.backend.upstream.expect({{}, {UpstreamDone{UpstreamEnd::cut}}});
  const RecordingWriter reply = broker.post("/v1/messages", request_text());
  EXPECT_GE(reply.status, 500);
  EXPECT_EQ(json::parse(reply.body)["type"], "error");
  EXPECT_NE(reply.body.find("127.0.0.1:9"), std::string::npos);
  EXPECT_GE(broker.backend.forgotten, 1);
}

TEST(RewrittenLane, AServerThatCannotBeIdentifiedIsAskedWithoutTheCache) {
  BrokerFixture broker("llama-cpp");
  broker.backend.error = Error{ErrorKind::unavailable, ErrorSource::upstream, Retry::later, "no answer"};
  EXPECT_GE(broker.post("/v1/messages", request_text()).status, 500)
      << "no model is configured: nothing to send";
}

TEST(RewrittenLane, MalformedRequestsAreRefusedInAnthropicsForm) {
  BrokerFixture broker("llama-cpp");
  for (const std::string body :
       {"{", "[]", R"({"model":"m","max_tokens":1})", R"({"model":"a","model":"b"})"}) {
    const RecordingWriter reply = broker.post("/v1/messages", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_EQ(json::parse(reply.body)["error"]["type"], "invalid_request_error") << body;
  }
}

}  // namespace
}  // namespace anyclaude
