// The verbs about prompts, as a user meets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "prompt/rules/learned_line.h"
#include "prompt/trace/prompt_trace.h"
#include "storage/lmdb/lmdb_store.h"
#include "storage/store_secrets.h"
#include "tests/fakes/fake_clock.h"
#include "tests/storage/temporary_directory.h"
#include "tools/cachectl/command_line.h"

namespace anyclaude::cachectl {
namespace {

using testing::HasSubstr;
using testing::Not;

class PromptVerbs : public testing::Test {
 protected:
  void SetUp() override {
    const auto store = LmdbStore::open({.directory = place_}, clock_).value();
    const StoreSecrets secrets = load_or_create_secrets(store->states()).value();
    const auto keep = [&](const std::string& id, std::int64_t at_ms, const std::string& line) {
      MessagesRequest request;
      request.system.push_back({"Be kind.\n" + line + "\nThe end."});
      request.messages.push_back({Role::user, {{TextBlock{"hi"}}}});
      PromptTrace trace = trace_prompt(request, TraceDetail::full, secrets.primary);
      trace.request_id = id;
      trace.at_ms = at_ms;
      TraceRing ring(store->states());
      ring.add(std::move(trace));
      EXPECT_TRUE(ring.flush().has_value());
    };
    keep("req_one", 1, "Build: 17 of today");
    keep("req_two", 2, "Build: 23 of today");
    LearnedLine line;
    line.id = "0123456789abcdef";
    line.example = "Counter: 4";
    EXPECT_TRUE(store->states().put(kLearnedLinesTable, line.id, encode_learned_line(line)).has_value());
  }

  std::string run_here(std::vector<std::string> arguments, ExitCode expected = ExitCode::done) {
    arguments.insert(arguments.begin(), {"--store", place_.string()});
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(run(arguments, {}, {in, out, err, InputKind::other}, clock_), expected) << err.str();
    return out.str();
  }

  static std::string recording(const std::string& name) {
    return std::string(ANYCLAUDE_TEST_DATA) + "/recordings/" + name + ".json";
  }

  TemporaryDirectory directory_;
  std::filesystem::path place_ = directory_.path() / "store";
  FakeClock clock_;
};

TEST_F(PromptVerbs, ExplainNamesTheLineAndTheRule) {
  const std::string text = run_here({"explain", "req_two"});
  EXPECT_THAT(text, HasSubstr("req_two compared with req_one"));
  EXPECT_THAT(text, HasSubstr("they part in system block 1, line 2"));
  EXPECT_THAT(text, HasSubstr("  - Build: 17 of today\n  + Build: 23 of today"));
  EXPECT_THAT(text, HasSubstr("line_changed: A line changed"));
  EXPECT_THAT(text, HasSubstr("remedy: Add the rule that explain prints"));
  EXPECT_THAT(text, HasSubstr(R"("^Build: ")"));
  const auto document = nlohmann::json::parse(run_here({"explain", "req_two", "--json"}));
  EXPECT_EQ(document["reason"], "line_changed");
  EXPECT_THAT(document["rule"].get<std::string>(), HasSubstr(R"("^Build: ")"));
  (void)run_here({"explain", "req_three"}, ExitCode::not_as_asked);
}

TEST_F(PromptVerbs, ExplainSaysThatTheServerEvictedThePrompt) {
  {
    const auto store = LmdbStore::open({.directory = place_}, clock_).value();
    auto traces = recent_traces(store->states()).value();
    PromptTrace again = traces.back();
    again.request_id = "req_three";
    again.at_ms = 3;
    again.prompt_tokens = 1000;
    again.expected_tokens = 990;
    again.reused_tokens = 10;
    TraceRing ring(store->states());
    ring.add(std::move(again));
    ASSERT_TRUE(ring.flush().has_value());
  }
  EXPECT_THAT(run_here({"explain", "req_three"}), HasSubstr("server_evicted: The server evicted"));
  EXPECT_THAT(run_here({"diff", "req_two", "req_three"}), HasSubstr("prompt_grew: "));
}

TEST_F(PromptVerbs, DiffComparesKeptRequestsAndFiles) {
  const auto kept = nlohmann::json::parse(run_here({"diff", "req_one", "req_two", "--json"}));
  EXPECT_EQ(kept["new"], "Build: 23 of today");
  const std::string files =
      run_here({"diff", recording("other_prompt/0002"), recording("other_project/0002")});
  EXPECT_THAT(files, HasSubstr("they part in first turn"));
  EXPECT_THAT(files, HasSubstr("among the session facts already"));
}

TEST_F(PromptVerbs, PurgingEverythingEmptiesTheRing) {
  (void)run_here({"purge", "--all", "--yes"});
  (void)run_here({"explain", "req_two"}, ExitCode::not_as_asked);
}

TEST_F(PromptVerbs, RulesTestShowsWhatEachRuleDid) {
  const std::string text = run_here({"rules", "test", recording("latest_print/0001")});
  EXPECT_THAT(text, HasSubstr("working_directory (relocate, reminder)"));
  EXPECT_THAT(text, HasSubstr("git_status (relocate, reminder)"));
}

TEST_F(PromptVerbs, LearnedLinesAreListedPinnedAndForgotten) {
  EXPECT_THAT(run_here({"rules", "learned"}), HasSubstr("Counter: 4"));
  (void)run_here({"rules", "learned", "--pin", "0123"});
  const auto listed = nlohmann::json::parse(run_here({"rules", "learned", "--json"}));
  EXPECT_EQ(listed["learned"][0]["pinned"], true);
  EXPECT_EQ(run_here({"rules", "learned", "--forget", "0123", "--json"}),
            "{\"forgot\":\"0123456789abcdef\"}\n");
  EXPECT_THAT(run_here({"rules", "learned"}), Not(HasSubstr("Counter: 4")));
  (void)run_here({"rules", "learned", "--forget", "0123"}, ExitCode::not_as_asked);
}

}  // namespace
}  // namespace anyclaude::cachectl
