#include "tools/simserver/engine.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/simserver/collecting_sink.h"
#include "tests/simserver/recordings.h"
#include "tools/simserver/generation.h"

namespace anyclaude::sim {
namespace {

ChatRequest asking(const std::string& text) {
  ChatRequest request;
  request.messages.push_back({Speaker::user, {text}, {}, {}});
  return request;
}

CollectingSink run(Engine& engine, const ChatRequest& request, RunEnd expected = RunEnd::complete) {
  PatientClient client;
  CollectingSink sink;
  EXPECT_EQ(engine.run(request, engine.prepare(request), sink, client), expected);
  return sink;
}

TEST(Generation, SpeaksTokenByToken) {
  Engine engine({}, Script());
  const CollectingSink sink = run(engine, asking("SIM-THINK: Let me see.\nSIM-SAY: Four short words here."));
  EXPECT_EQ(sink.thought, "Let me see.");
  EXPECT_EQ(sink.said, "Four short words here.");
  EXPECT_EQ(sink.pieces.size(), 5u);
  EXPECT_EQ(sink.end->reason, FinishReason::end_of_turn);
}

TEST(Generation, CutsAtTheFirstStopSequence) {
  Engine engine({}, Script());
  ChatRequest request = asking("SIM-SAY: one two STOP three END four");
  request.stop_sequences = {"END", "STOP", ""};
  const CollectingSink sink = run(engine, request);
  EXPECT_EQ(sink.said, "one two ");
  EXPECT_EQ(sink.end->reason, FinishReason::stop_sequence);
  EXPECT_EQ(sink.end->stop_sequence, "STOP");
}

TEST(Generation, HonoursMaxTokens) {
  Engine engine({}, Script());
  ChatRequest request = asking("SIM-WORDS: 100");
  request.max_tokens = 5;
  const CollectingSink sink = run(engine, request);
  EXPECT_EQ(sink.end->tokens, 5u);
  EXPECT_EQ(sink.end->reason, FinishReason::length);
  request.max_tokens = 0;  // a warm-up
  EXPECT_EQ(run(engine, request).said, "");
}

TEST(Generation, StopsWhenTheContextIsFull) {
  EngineOptions options;
  ChatRequest request = asking("SIM-WORDS: 1000");
  options.context_tokens = Engine({}, Script()).prepare(request).tokens.size() + 7;
  Engine engine(options, Script());
  const CollectingSink sink = run(engine, request);
  EXPECT_EQ(sink.end->tokens, 7u);
  EXPECT_EQ(sink.end->reason, FinishReason::length);
}

TEST(Generation, ToolCallsComeInPieces) {
  Reply reply;
  reply.text = "Calling.";
  reply.tool_calls = {{"Read", R"({"file_path": "/some/path"})"}, {"Bash", R"({"command": "ls"})"}};
  const Generation generation(reply, {}, 1'000);
  CollectingSink sink;
  std::size_t said_something = 0;
  for (const std::string_view piece : generation.pieces()) {
    const std::size_t before = sink.calls.empty() ? 0 : sink.calls.front().arguments.size();
    ASSERT_TRUE(generation.emit(piece, sink).has_value());
    if (!sink.calls.empty() && sink.calls.front().arguments.size() > before) ++said_something;
  }
  EXPECT_EQ(sink.said, "Calling.");
  ASSERT_EQ(sink.calls.size(), 2u);
  EXPECT_EQ(sink.calls[0].arguments, reply.tool_calls[0].arguments);
  EXPECT_EQ(sink.calls[1].name, "Bash");
  EXPECT_EQ(sink.calls[1].arguments, reply.tool_calls[1].arguments);
  EXPECT_GT(said_something, 3u);
  EXPECT_EQ(generation.reason(), FinishReason::tool_calls);
}

// What was generated is part of the next prompt's prefix, tool calls and thinking included.
TEST(Engine, AFollowUpReusesWhatWasSaid) {
  Engine engine({}, Script());
  ChatRequest request = asking("USE Read /etc/hosts\nSIM-THINK: I shall read it.");
  request.tools.push_back({"Read", Json::object(), {{"name", "Read"}}});
  const CollectingSink first = run(engine, request);
  ASSERT_EQ(first.calls.size(), 1u);
  ChatMessage said{Speaker::assistant, {}, first.thought, {}};
  said.tool_calls = {{first.calls[0].name, first.calls[0].arguments}};
  request.messages.push_back(said);
  request.messages.push_back({Speaker::tool, {"127.0.0.1 localhost"}, {}, {}});
  const CollectingSink second = run(engine, request);
  EXPECT_EQ(second.prompt->reused_tokens, first.prompt->prompt_tokens + first.end->tokens);
}

TEST(Engine, APromptThatFillsTheContextIsRefusedAtOnce) {
  EngineOptions options;
  options.context_tokens = 20;
  Engine engine(options, Script());
  const CollectingSink sink =
      run(engine, asking("SIM-WORDS: 3 " + std::string(200, 'x')), RunEnd::prompt_too_long);
  EXPECT_FALSE(sink.prompt.has_value());
  EXPECT_EQ(engine.stats().snapshot().refused, 1u);
  EXPECT_EQ(engine.stats().snapshot().prefilled_tokens, 0u);
}

TEST(Engine, ReportsProgressOfThePrefill) {
  EngineOptions options;
  options.pace.prefill_tokens_per_second = 1e6;
  Engine engine(options, Script());
  ChatRequest request = asking(std::string(2'000, '.'));
  request.progress = ProgressEvents::wanted;
  const CollectingSink sink = run(engine, request);
  ASSERT_GT(sink.progress_events.size(), 3u);
  EXPECT_EQ(sink.progress_events.front().processed, Pace::kPrefillBatchTokens);
  EXPECT_EQ(sink.progress_events.back().processed, sink.prompt->prompt_tokens);
}

// Leaves when it is looked at for the nth time.
class LeavingClient final : public ClientWatch {
 public:
  explicit LeavingClient(int looks) : looks_(looks) {}
  bool left() override { return --looks_ < 0; }

 private:
  int looks_;
};

TEST(Engine, AClientThatLeavesStopsThePrefill) {
  EngineOptions options;
  options.pace.prefill_tokens_per_second = 6'400;  // 10 ms a batch; the whole prompt would take 15 s
  Engine engine(options, Script());
  const ChatRequest request = asking(std::string(400'000, '.'));
  LeavingClient client(12);
  CollectingSink sink;
  EXPECT_EQ(engine.run(request, engine.prepare(request), sink, client), RunEnd::client_left);
  const StatsSnapshot stats = engine.stats().snapshot();
  EXPECT_EQ(stats.cancelled, 1u);
  EXPECT_GT(stats.prefilled_tokens, 0u);
  EXPECT_LE(stats.prefilled_tokens, 12 * Pace::kPrefillBatchTokens);
  EXPECT_FALSE(sink.prompt.has_value());
  // What was read stays, and the slot is free again.
  EXPECT_EQ(engine.slots().view().front().tokens, stats.prefilled_tokens);
  EXPECT_FALSE(engine.slots().view().front().busy);
}

TEST(Engine, StoppingEndsWhoeverWaitsOrRuns) {
  EngineOptions options;
  options.pace.prefill_tokens_per_second = 1;
  Engine engine(options, Script());
  const auto run_cancelled = [&] { run(engine, asking("hello"), RunEnd::client_left); };
  std::jthread runs(run_cancelled);
  std::jthread waits(run_cancelled);
  while (engine.slots().waiting() != 1) std::this_thread::yield();
  engine.stop();
  runs.join();
  waits.join();
  EXPECT_EQ(engine.stats().snapshot().cancelled, 2u);
}

TEST(Engine, TakesAsLongAsTheHardwareWould) {
  EngineOptions options;
  options.slots = 2;
  options.pace = {10'000, 500};
  Engine engine(options, Script());
  const auto started = std::chrono::steady_clock::now();
  {
    // Two prompts of 1,000 tokens share the hardware: 0.2 s together. Ten tokens each at 500 a second: 0.02
    // s.
    const auto work = [&](char c) {
      ChatRequest request = asking("SIM-WORDS: 20\n" + std::string(4'000, c));
      request.max_tokens = 10;
      run(engine, request);
    };
    std::jthread one(work, '.');
    std::jthread two(work, '/');
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  EXPECT_GT(took.count(), 0.2);  // an upper bound would measure the machine's load
}

std::vector<std::string> transcript(const EngineOptions& options) {
  Engine engine(options, Script());
  std::vector<std::string> lines;
  for (const std::string& name : kFlowsOf21329) {
    const auto request = read_anthropic_request(recorded_body(name), MaxTokensField::required);
    const CollectingSink sink = run(engine, *request);
    std::string line =
        sink.said + " " + sink.prompt->digest + " " + std::to_string(sink.prompt->reused_tokens);
    for (const auto& call : sink.calls) line += " " + call.name + call.arguments;
    lines.push_back(std::move(line));
  }
  return lines;
}

TEST(Engine, IsDeterministic) {
  EngineOptions options;
  options.slots = 2;
  options.host_cache_mib = 4096;
  EXPECT_EQ(transcript(options), transcript(options));
}

TEST(Engine, AnotherPromptIsAnotherDigest) {
  Engine engine({}, Script());
  EXPECT_NE(run(engine, asking("a")).said, run(engine, asking("b")).said);
}

}  // namespace
}  // namespace anyclaude::sim
