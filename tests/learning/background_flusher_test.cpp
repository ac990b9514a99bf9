#include "learning/background_flusher.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>

#include "fakes/fake_clock.h"
#include "prompt/chain/prompt_chain.h"
#include "prompt/layout/layout_book.h"
#include "storage/learned_epoch.h"
#include "storage/memory/memory_store.h"

namespace anyclaude {
namespace {

class BackgroundFlusherTest : public ::testing::Test {
 protected:
  // Something is learned; the writer that is destroyed at the end writes what it may.
  void learn(std::string_view question, const std::function<void()>& meanwhile) {
    BackgroundFlusher writer(states(), prompts_, prefixes_, traces_, projects_, costs_, ledger_, log_);
    MessagesRequest request;
    request.model = "m";
    request.messages.push_back({Role::user, {{TextBlock{std::string(question)}}}});
    (void)prompts_.order(request, {"local", "", "session", Learning::allowed});
    prefixes_.note_served("server", 0, make_prompt_chain(request, TemplateOrder::tools_last, secret_));
    traces_.add(trace_prompt(request, traces_.detail(), secret_));
    meanwhile();
  }

  std::size_t kept() {
    std::size_t entries = 0;
    for (const StateTable* table : {&kLayoutsTable, &kPrefixIndexTable, &kRecentRequestsTable})
      EXPECT_TRUE(
          states().for_each(*table, [&](std::string_view, std::string_view) { return ++entries > 0; }));
    return entries;
  }

  StateStore& states() { return store_->states(); }

  FakeClock clock_;
  std::unique_ptr<MemoryStore> store_ = MemoryStore::create(clock_);
  HashSecret secret_ = HashSecret::random();
  PromptOrderer prompts_{states(), secret_};
  PrefixIndex prefixes_{states(), clock_};
  TraceRing traces_{states()};
  EntryProjects projects_{states(), secret_};
  CostLedger costs_{store_->states(), clock_, {}};
  Ledger ledger_{clock_};
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
};

TEST_F(BackgroundFlusherTest, WritesWhatWasLearnedBeforeItEnds) {
  learn("first", [] {});
  EXPECT_EQ(kept(), 3u);
}

TEST_F(BackgroundFlusherTest, WhatAnotherProcessPurgedIsNotWrittenBack) {
  learn("first", [] {});
  learn("second", [this] {
    ASSERT_TRUE(renew_learned_epoch(states()));
    ASSERT_TRUE(states().clear_learned());
  });
  EXPECT_EQ(kept(), 0u);
  learn("third", [] {});
  EXPECT_EQ(kept(), 3u) << "and what comes later is learned from nothing";
}

}  // namespace
}  // namespace anyclaude
