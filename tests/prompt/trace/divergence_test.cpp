#include "prompt/trace/divergence.h"

#include <gmock/gmock.h>

#include "fakes/fake_clock.h"
#include "messages/json/json_document.h"
#include "prompt/chain/prefix_index.h"
#include "prompt/chain/prompt_chain.h"
#include "storage/memory/memory_store.h"

namespace anyclaude {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

MessagesRequest request(const std::string& system, const std::string& words) {
  MessagesRequest made;
  made.system.push_back({system});
  made.tools.push_back(
      {"Read", "Reads a file.", {R"({"type":"object"})", {}}, ToolLoading::immediate, ToolSide::client, ""});
  made.messages.push_back({Role::user, {{TextBlock{words}}}});
  return made;
}

PromptTrace trace(const std::string& system, const std::string& words) {
  return trace_prompt(request(system, words), TraceDetail::full, HashSecret{});
}

TEST(Divergence, NamesLayerLineTextCostAndRule) {
  const auto found = find_divergence(trace("Be kind.\nBuild: 17 of today", "hi"),
                                     trace("Be kind.\nBuild: 23 of today", "hi"));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->layer, "system");
  EXPECT_EQ(found->line, 2u);
  EXPECT_EQ(found->line_before, "Be kind.");
  EXPECT_EQ(found->old_line, "Build: 17 of today");
  EXPECT_EQ(found->new_line, "Build: 23 of today");
  EXPECT_EQ(found->bytes_shared, 9u);
  EXPECT_GT(found->bytes_behind, 40u);
  EXPECT_EQ(found->reason, RereadReason::line_changed);
  EXPECT_THAT(found->rule, HasSubstr(R"("^Build: ")"));
}

TEST(Divergence, APromptThatGoesOnDoesNotDiverge) {
  PromptTrace longer = trace("Be kind.", "hi");
  longer.segments.push_back({"turn", "2 assistant", {{1, 2, "ok"}}});
  EXPECT_FALSE(find_divergence(trace("Be kind.", "hi"), longer).has_value());
  EXPECT_TRUE(find_divergence(longer, trace("Be kind.", "hi")).has_value());
}

TEST(Divergence, FindsTheOneThatSharesMost) {
  const std::vector<PromptTrace> others = {trace("Be kind.", "hi"), trace("Be rude.", "hi")};
  EXPECT_EQ(most_shared(others, trace("Be kind.", "you")), &others[0]);
  EXPECT_EQ(most_shared({}, trace("Be kind.", "you")), nullptr);
}

TEST(PromptTrace, KeepsWhatItIsToldToKeep) {
  const std::string line(500, 'x');
  const auto text = [&](TraceDetail detail) {
    return trace_prompt(request(line, "hi"), detail, HashSecret{}).segments.front().lines.front().text;
  };
  EXPECT_EQ(text(TraceDetail::full), line);
  EXPECT_EQ(text(TraceDetail::excerpts), line.substr(0, kExcerptBytes) + "...");
  EXPECT_EQ(text(TraceDetail::hashes), "");
}

TEST(PromptTrace, TheRingKeepsTheNewestAndPurgingEmptiesIt) {
  FakeClock clock;
  const auto store = MemoryStore::create(clock);
  TraceRing ring(store->states());
  PromptTrace one = trace("Be kind.", "hi");
  for (std::uint64_t i = 0; i < kRecentRequestsTable.entries_max + 3; ++i) {
    one.request_id = "req_" + std::to_string(i);
    one.at_ms = static_cast<std::int64_t>(1000 + i);
    ring.add(one);
    ASSERT_TRUE(ring.flush().has_value());
  }
  const auto kept = recent_traces(store->states());
  ASSERT_THAT(*kept, SizeIs(kRecentRequestsTable.entries_max));
  EXPECT_EQ(kept->front().request_id, "req_3");
  EXPECT_EQ(kept->back().segments.size(), one.segments.size());
  ASSERT_TRUE(store->states().clear_learned().has_value());
  EXPECT_THAT(*recent_traces(store->states()), SizeIs(0));
  EXPECT_FALSE(decode_trace("no trace").has_value());
}

PrefixChain chain(const std::string& system, const std::string& words) {
  return make_prompt_chain(request(system, words), TemplateOrder::tools_last, HashSecret{});
}

TEST(PrefixIndex, ExpectsWhatASlotReadLastAlsoAfterARestart) {
  FakeClock clock;
  const auto store = MemoryStore::create(clock);
  PrefixIndex before(store->states(), clock);
  EXPECT_EQ(before.expect("a|m", chain("s", "one")).segments, 0u);
  before.note_served("a|m", 0, chain("s", "one"));
  before.note_served("a|m", 1, chain("t", "two"));
  ASSERT_TRUE(before.flush().has_value());
  PrefixIndex after(store->states(), clock);
  EXPECT_EQ(after.expect("a|m", chain("s", "one")).fraction, 1.0);
  EXPECT_EQ(after.expect("a|m", chain("t", "three")).slot, 1);
  EXPECT_LT(after.expect("a|m", chain("t", "three")).fraction, 1.0);
  EXPECT_EQ(after.expect("b|m", chain("s", "one")).segments, 0u);
}

TEST(PromptChain, ToolsStandWhereTheTemplatePutsThem) {
  const MessagesRequest made = request("s", "hi");
  const PrefixChain last = make_prompt_chain(made, TemplateOrder::tools_last, HashSecret{});
  const PrefixChain first = make_prompt_chain(made, TemplateOrder::tools_first, HashSecret{});
  EXPECT_EQ(last.links().size(), first.links().size());
  EXPECT_EQ(last.common_links(first), 0u);
}

}  // namespace
}  // namespace anyclaude
