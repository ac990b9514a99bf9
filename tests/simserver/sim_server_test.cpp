// The simulated server over HTTP: both APIs, whole and streamed, and what it says of itself.
#include "tools/simserver/sim_server.h"

#include <gtest/gtest.h>

#include <thread>

#include "messages/events/message_assembler.h"
#include "tests/simserver/recordings.h"
#include "tests/simserver/sim_client.h"

namespace anyclaude::sim {
namespace {

class SimServerTest : public testing::Test {
 protected:
  void serve(SimServerOptions options) {
    auto started = SimServer::start(std::move(options));
    ASSERT_TRUE(started.has_value()) << started.error().message;
    server_ = std::move(*started);
    client_ = std::make_unique<SimClient>(*server_);
  }
  void SetUp() override { serve({}); }

  Json chat(const std::string& text) const {
    return {{"model", "m"}, {"messages", Json::array({{{"role", "user"}, {"content", text}}})}};
  }
  Json message(const std::string& text) const {
    Json body = chat(text);
    body["max_tokens"] = 1'000;
    return body;
  }
  StatsSnapshot stats() { return server_->engine().stats().snapshot(); }

  std::unique_ptr<SimServer> server_;
  std::unique_ptr<SimClient> client_;
};

const Json kReadTool = {{"type", "function"},
                        {"function", {{"name", "Read"}, {"parameters", {{"type", "object"}}}}}};

TEST_F(SimServerTest, AnswersAChatCompletionWhole) {
  const Exchange exchange =
      client_->post("/v1/chat/completions", chat("SIM-THINK: hm\nSIM-SAY: Hello there."));
  EXPECT_EQ(exchange.reply.status, 200);
  const Json body = exchange.json();
  EXPECT_EQ(body["object"], "chat.completion");
  EXPECT_EQ(body["choices"][0]["message"]["content"], "Hello there.");
  EXPECT_EQ(body["choices"][0]["message"]["reasoning_content"], "hm");
  EXPECT_EQ(body["choices"][0]["finish_reason"], "stop");
  const Json usage = body["usage"];
  EXPECT_EQ(usage["total_tokens"], usage["prompt_tokens"].get<int>() + usage["completion_tokens"].get<int>());
  EXPECT_EQ(body["timings"]["prompt_n"].get<int>() + body["timings"]["cache_n"].get<int>(),
            usage["prompt_tokens"]);
}

TEST_F(SimServerTest, ReportsCachedTokensInBothApis) {
  client_->post("/v1/chat/completions", chat("SIM-SAY: x"));
  const Json again = client_->post("/v1/chat/completions", chat("SIM-SAY: x")).json()["usage"];
  EXPECT_EQ(again["prompt_tokens_details"]["cached_tokens"], again["prompt_tokens"].get<int>() - 1);
  const Json other = client_->post("/v1/messages", message("SIM-SAY: x")).json()["usage"];
  EXPECT_EQ(other["input_tokens"], 1);  // without the cached ones
  EXPECT_EQ(other["cache_read_input_tokens"], again["prompt_tokens_details"]["cached_tokens"]);
}

// The text, reasoning and calls that a chat stream tells.
Json assembled_chat(const std::vector<Json>& events) {
  Json whole = {{"content", ""}, {"reasoning_content", ""}, {"tool_calls", Json::array()}};
  for (const Json& event : events) {
    if (!event.is_object() || event["choices"].empty()) continue;
    const Json& delta = event["choices"][0]["delta"];
    for (const char* name : {"content", "reasoning_content"}) {
      if (delta.contains(name) && delta[name].is_string()) {
        whole[name] = whole[name].get<std::string>() + delta[name].get<std::string>();
      }
    }
    for (const Json& call : delta.value("tool_calls", Json::array())) {
      const auto index = call["index"].get<std::size_t>();
      if (index == whole["tool_calls"].size()) {
        whole["tool_calls"].push_back(call["function"]);
      } else {
        Json& arguments = whole["tool_calls"][index]["arguments"];
        arguments = arguments.get<std::string>() + call["function"]["arguments"].get<std::string>();
      }
    }
  }
  return whole;
}

TEST_F(SimServerTest, StreamsAChatCompletion) {
  Json body = chat("SIM-THINK: hm\nSIM-SAY: Hello there, you.");
  body["stream"] = true;
  body["stream_options"] = {{"include_usage", true}};
  const Exchange exchange = client_->post("/v1/chat/completions", body);
  EXPECT_EQ(exchange.end, UpstreamEnd::complete);
  EXPECT_EQ(exchange.reply.headers.get("content-type"), "text/event-stream");
  const std::vector<Json> events = exchange.events();
  ASSERT_GT(events.size(), 6u);
  EXPECT_EQ(events[0]["choices"][0]["delta"]["role"], "assistant");
  EXPECT_EQ(events.back(), "[DONE]");
  const Json& usage = events[events.size() - 2];
  EXPECT_TRUE(usage["choices"].empty());
  EXPECT_GT(usage["usage"]["completion_tokens"], 5);
  EXPECT_EQ(events[events.size() - 3]["choices"][0]["finish_reason"], "stop");
  const Json whole = assembled_chat(events);
  EXPECT_EQ(whole["content"], "Hello there, you.");
  EXPECT_EQ(whole["reasoning_content"], "hm");
}

TEST_F(SimServerTest, StreamsToolCallsInPieces) {
  Json body = chat("USE Read /etc/hosts");
  body["tools"] = Json::array({kReadTool});
  const Json whole = client_->post("/v1/chat/completions", body).json()["choices"][0];
  EXPECT_EQ(whole["finish_reason"], "tool_calls");
  EXPECT_TRUE(whole["message"]["content"].is_null());
  body["stream"] = true;
  const std::vector<Json> events = client_->post("/v1/chat/completions", body).events();
  EXPECT_EQ(assembled_chat(events)["tool_calls"][0], whole["message"]["tool_calls"][0]["function"]);
  EXPECT_EQ(whole["message"]["tool_calls"][0]["function"]["arguments"], R"({"file_path": "/etc/hosts"})");
  EXPECT_GT(events.size(), 6u);
  EXPECT_FALSE(events[events.size() - 2].contains("usage"));  // nobody asked
  EXPECT_TRUE(events[events.size() - 2].contains("timings"));
}

TEST_F(SimServerTest, TellsProgressBeforeTheFirstToken) {
  Json body = chat("hello");
  body["stream"] = true;
  body["return_progress"] = true;
  const std::vector<Json> events = client_->post("/v1/chat/completions", body).events();
  EXPECT_EQ(events.at(0)["prompt_progress"]["processed"], events.at(0)["prompt_progress"]["total"]);
}

TEST_F(SimServerTest, AnswersBySchema) {
  Json body = chat("What is this about?");
  const Json schema = {{"type", "object"}, {"properties", {{"title", {{"type", "string"}}}}}};
  body["response_format"] = {{"type", "json_schema"}, {"json_schema", {{"name", "t"}, {"schema", schema}}}};
  const Json answer = client_->post("/v1/chat/completions", body).json();
  EXPECT_TRUE(
      Json::parse(answer["choices"][0]["message"]["content"].get<std::string>()).at("title").is_string());

  const Json title = recorded_body("interactive_three_turns/0002");
  MessageAssembler assembler;
  for (const Json& event : client_->post("/v1/messages?beta=true", title).events()) {
    assembler.feed(event["type"].get<std::string>(), event.dump());
  }
  EXPECT_TRUE(Json::parse(assembler.message()["content"][0]["text"].get<std::string>()).contains("title"));
}

TEST_F(SimServerTest, RefusesAChatThatIsTooLong) {
  SimServerOptions options;
  options.engine.context_tokens = 64;
  serve(std::move(options));
  Json body = message(std::string(1'000, 'x'));
  const Exchange chat_reply = client_->post("/v1/chat/completions", body);
  EXPECT_EQ(chat_reply.reply.status, 400);
  const Json error = chat_reply.json()["error"];
  EXPECT_EQ(error["type"], "exceed_context_size_error");
  EXPECT_EQ(error["n_ctx"], 64);
  EXPECT_GT(error["n_prompt_tokens"], 64);
  body["stream"] = true;
  const Exchange messages_reply = client_->post("/v1/messages", body);
  EXPECT_EQ(messages_reply.reply.status, 400);
  EXPECT_EQ(messages_reply.json()["error"]["type"], "invalid_request_error");
  EXPECT_NE(messages_reply.json()["error"]["message"].get<std::string>().find("prompt is too long: "),
            std::string::npos);
}

TEST_F(SimServerTest, AnswersAMessageWholeAndStreamed) {
  Json body = message("USE Read /etc/hosts\nSIM-THINK: hm");
  body["tools"] = Json::array({{{"name", "Read"}, {"input_schema", {{"type", "object"}}}}});
  const Json whole = client_->post("/v1/messages?beta=true", body).json();
  EXPECT_EQ(whole["stop_reason"], "tool_use");
  EXPECT_EQ(whole["content"][0]["thinking"], "hm");
  EXPECT_EQ(whole["content"][1]["input"], Json({{"file_path", "/etc/hosts"}}));

  body["stream"] = true;
  const Exchange streamed = client_->post("/v1/messages", body);
  MessageAssembler assembler;
  for (const Json& event : streamed.events()) assembler.feed(event["type"].get<std::string>(), event.dump());
  ASSERT_EQ(assembler.completeness(), MessageCompleteness::complete);
  const nlohmann::json& told = assembler.message();
  const auto expected = nlohmann::json::parse(whole.dump());  // compares without regard to key order
  EXPECT_EQ(told["content"], expected["content"]);
  EXPECT_EQ(told["stop_reason"], expected["stop_reason"]);
  EXPECT_EQ(told["usage"]["output_tokens"], expected["usage"]["output_tokens"]);
}

TEST_F(SimServerTest, HonoursStopSequencesAndMaxTokens) {
  Json body = message("SIM-SAY: one two STOP three");
  body["stop_sequences"] = {"STOP"};
  Json reply = client_->post("/v1/messages", body).json();
  EXPECT_EQ(reply["stop_reason"], "stop_sequence");
  EXPECT_EQ(reply["stop_sequence"], "STOP");
  body["max_tokens"] = 1;
  EXPECT_EQ(client_->post("/v1/messages", body).json()["stop_reason"], "max_tokens");
  body = chat("SIM-SAY: one two STOP three");
  body["stop"] = "STOP";
  reply = client_->post("/v1/chat/completions", body).json();
  EXPECT_EQ(reply["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(reply["choices"][0]["message"]["content"], "one two ");
  body["max_tokens"] = 1;
  EXPECT_EQ(client_->post("/v1/chat/completions", body).json()["choices"][0]["finish_reason"], "length");
}

TEST_F(SimServerTest, WordsErrorsAsEachApiDoes) {
  EXPECT_EQ(client_->exchange("POST", "/v1/chat/completions", "{").reply.status, 500);
  const Exchange bad = client_->exchange("POST", "/v1/messages", "{");
  EXPECT_EQ(bad.reply.status, 400);
  EXPECT_EQ(bad.json()["type"], "error");
  EXPECT_EQ(client_->post("/v1/messages", {{"model", "m"}}).json()["error"]["message"],
            "messages: Field required");
  const Exchange chat_error = client_->post("/v1/chat/completions", Json::object());
  EXPECT_EQ(chat_error.reply.status, 400);
  EXPECT_EQ(chat_error.json()["error"]["code"], 400);
  EXPECT_EQ(client_->exchange("GET", "/nowhere", "").reply.status, 404);
  EXPECT_EQ(client_->exchange("GET", "/v1/messages", "").json()["type"], "error");
}

TEST_F(SimServerTest, CountsTokensAsItUsesThem) {
  const Json body = recorded_body("latest_print/0001");
  const int counted = client_->post("/v1/messages/count_tokens", body).json()["input_tokens"];
  Json whole = body;
  whole["stream"] = false;
  const Json usage = client_->post("/v1/messages", whole).json()["usage"];
  EXPECT_EQ(counted, usage["input_tokens"].get<int>() + usage["cache_read_input_tokens"].get<int>());
  EXPECT_EQ(stats().requests, 1u);  // counting touches no slot
}

TEST_F(SimServerTest, SaysWhatItIs) {
  SimServerOptions options;
  options.engine.slots = 3;
  options.engine.context_tokens = 4'096;
  options.engine.order = TemplateOrder::tools_first;
  options.model = "tiny";
  serve(std::move(options));
  const Json props = client_->get("/props");
  EXPECT_EQ(props["total_slots"], 3);
  EXPECT_EQ(props["default_generation_settings"]["n_ctx"], 4'096);
  for (const char* name : {"model_path", "chat_template", "build_info"})
    EXPECT_TRUE(props[name].is_string()) << name;
  EXPECT_EQ(client_->get("/slots").size(), 3u);
  EXPECT_EQ(client_->get("/v1/models")["data"][0]["id"], "tiny");
  EXPECT_EQ(client_->get("/health")["status"], "ok");
  EXPECT_EQ(client_->exchange("HEAD", "/", "").reply.status, 200);
}

TEST_F(SimServerTest, TokenizesAndShowsThePrompt) {
  const Json tokens = client_->post("/tokenize", {{"content", "Hello there"}, {"with_pieces", true}}).json();
  ASSERT_EQ(tokens["tokens"].size(), 2u);
  EXPECT_EQ(tokens["tokens"][1]["piece"], " there");
  EXPECT_EQ(tokens["tokens"][1]["id"], token_of(" there"));
  EXPECT_EQ(client_->post("/tokenize", {{"content", "Hello there"}}).json()["tokens"][0], token_of("Hello"));
  const Json prompt = client_->post("/apply-template", chat("Hi")).json();
  EXPECT_EQ(prompt["prompt"], "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
}

TEST_F(SimServerTest, KeepsStatistics) {
  const Json usage = client_->post("/v1/chat/completions", chat("hello")).json()["usage"];
  client_->post("/v1/chat/completions", chat("hello"));
  const Json stats = client_->get("/stats");
  EXPECT_EQ(stats["requests"], 2);
  EXPECT_EQ(stats["completed"], 2);
  EXPECT_EQ(stats["prefilled_tokens"], usage["prompt_tokens"].get<int>() + 1);
  EXPECT_EQ(stats["reused_tokens"], usage["prompt_tokens"].get<int>() - 1);
  client_->exchange("POST", "/stats/reset", "");
  EXPECT_EQ(client_->get("/stats")["requests"], 0);
}

TEST_F(SimServerTest, FaultsComeByHeaderPromptAndQueue) {
  const auto status_of = [&](const Exchange& exchange) { return exchange.reply.status; };
  const Exchange by_header = client_->post("/v1/messages", message("hi"), {{"x-sim-fault", "status=529"}});
  EXPECT_EQ(status_of(by_header), 529);
  EXPECT_EQ(by_header.json()["error"]["type"], "overloaded_error");
  EXPECT_EQ(status_of(client_->post("/v1/chat/completions", chat("SIM-FAULT: status=503"))), 503);
  EXPECT_EQ(client_->post("/sim/faults", {{"faults", {"status=500", "status=429"}}}).json()["queued"], 2);
  EXPECT_EQ(status_of(client_->post("/v1/chat/completions", chat("a"))), 500);
  EXPECT_EQ(status_of(client_->post("/v1/chat/completions", chat("a"))), 429);
  EXPECT_EQ(status_of(client_->post("/v1/chat/completions", chat("a"))), 200);
  EXPECT_EQ(status_of(client_->post("/sim/faults", {{"faults", {"boom"}}})), 400);
  EXPECT_EQ(status_of(client_->post("/v1/messages", message("hi"), {{"x-sim-fault", "boom"}})), 400);
  EXPECT_EQ(stats().faulted, 4u);
}

TEST_F(SimServerTest, DropsAndCutsShow) {
  Json body = message("SIM-WORDS: 50");
  body["stream"] = true;
  const Exchange dropped = client_->post("/v1/messages", body, {{"x-sim-fault", "drop"}});
  EXPECT_EQ(dropped.reply.status, 0);
  EXPECT_NE(dropped.end, UpstreamEnd::complete);
  const Exchange cut = client_->post("/v1/messages", body, {{"x-sim-fault", "drop-after=700"}});
  EXPECT_EQ(cut.end, UpstreamEnd::cut);
  EXPECT_EQ(cut.reply.body.size(), 700u);
  body["stream"] = false;
  const Exchange whole = client_->post("/v1/chat/completions", body, {{"x-sim-fault", "drop-after=30"}});
  EXPECT_EQ(whole.end, UpstreamEnd::cut);
  EXPECT_EQ(whole.reply.body.size(), 30u);
}

TEST_F(SimServerTest, StreamsMayFailInTheMiddle) {
  Json body = message("SIM-WORDS: 50");
  body["stream"] = true;
  const Exchange failed = client_->post("/v1/messages", body, {{"x-sim-fault", "error-after=700"}});
  EXPECT_EQ(failed.reply.status, 200);
  EXPECT_EQ(failed.end, UpstreamEnd::complete);
  EXPECT_EQ(failed.events().back()["type"], "error");
  const Exchange garbage = client_->post("/v1/chat/completions", body, {{"x-sim-fault", "garbage"}});
  EXPECT_TRUE(garbage.events().at(0).is_string());
}

TEST_F(SimServerTest, AClientThatLeavesStopsThePrefillAndFreesTheSlot) {
  SimServerOptions options;
  options.engine.pace.prefill_tokens_per_second = 2'000;  // the prompt would take 12 s
  serve(std::move(options));
  auto call = client_->start("POST", "/v1/chat/completions", chat(std::string(100'000, '.')).dump());
  while (stats().prefilled_tokens == 0) std::this_thread::yield();
  auto queued = client_->start("POST", "/v1/chat/completions", chat("waits").dump());
  while (server_->engine().slots().waiting() == 0) std::this_thread::yield();
  queued->cancel();
  while (server_->engine().slots().waiting() != 0) std::this_thread::yield();
  call->cancel();
  while (stats().cancelled != 2) std::this_thread::yield();
  EXPECT_LT(stats().prefilled_tokens, 25'000u);
  EXPECT_EQ(client_->post("/v1/chat/completions", chat("SIM-SAY: free")).reply.status, 200);
}

TEST_F(SimServerTest, StopEndsRunningReplies) {
  SimServerOptions options;
  options.engine.pace.decode_tokens_per_second = 1;
  serve(std::move(options));
  Json body = chat("SIM-WORDS: 1000");
  body["stream"] = true;
  auto call = client_->start("POST", "/v1/chat/completions", body.dump());
  while (stats().generated_tokens == 0) std::this_thread::yield();
  server_->stop(std::chrono::milliseconds(0));
  EXPECT_EQ(stats().cancelled, 1u);
}

TEST_F(SimServerTest, ManyAtATimeAreAllAnsweredAsAlone) {
  SimServerOptions options;
  options.engine.slots = 2;
  serve(std::move(options));
  std::vector<std::string> alone;
  for (int i = 0; i < 20; ++i) {
    const Json reply = client_->post("/v1/chat/completions", chat("question " + std::to_string(i))).json();
    alone.push_back(reply["choices"][0]["message"]["content"].get<std::string>());
  }
  std::vector<std::jthread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&, i] {
      SimClient own_client(*server_);
      const Json reply =
          own_client.post("/v1/chat/completions", chat("question " + std::to_string(i))).json();
      EXPECT_EQ(reply["choices"][0]["message"]["content"], alone[static_cast<std::size_t>(i)]);
    });
  }
  threads.clear();
  EXPECT_EQ(stats().completed, 40u);
}

TEST_F(SimServerTest, IsDeterministic) {
  const auto transcript = [&] {
    serve({});
    std::string bytes;
    for (const std::string& name : kFlowsOf21329)
      bytes += client_->post("/v1/messages", recorded_body(name)).reply.body;
    for (const std::string& name : kFlowsOf21329) {
      Json body = recorded_body(name);
      body["stream"] = false;
      bytes += client_->post("/v1/messages", body).reply.body;
    }
    return bytes;
  };
  EXPECT_EQ(transcript(), transcript());
}

TEST(SimServer, APortInUseIsAnError) {
  const auto first = SimServer::start({});
  ASSERT_TRUE(first.has_value());
  SimServerOptions options;
  options.port = (*first)->port();
  EXPECT_FALSE(SimServer::start(std::move(options)).has_value());
}

}  // namespace
}  // namespace anyclaude::sim
