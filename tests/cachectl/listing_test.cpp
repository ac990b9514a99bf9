// ls and the conditions that it shares with purge and export.
#include <set>

#include "cache/entry_projects.h"
#include "storage/store_secrets.h"
#include "tests/cachectl/cachectl_fixture.h"

namespace anyclaude::cachectl {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Listing : public CachectlTest {
 protected:
  std::vector<std::string> models_of(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"ls", "--json"});
    std::vector<std::string> out;
    const json listing = run_here(std::move(arguments)).document();
    for (const json& entry : listing.at("entries")) out.push_back(entry.at("model"));
    return out;
  }
};

TEST_F(Listing, SortsByEveryOrderAndTheOtherWayRound) {
  auto store = open_store();
  put(*store, first_, "a", "small");
  clock_.advance(std::chrono::minutes{1});
  put(*store, second_, noise(7, 4'000), "large");
  clock_.advance(std::chrono::minutes{1});
  put(*store, third_, "bb", "used");
  ASSERT_TRUE(store->responses().find({third_, {}}).value());
  store.reset();
  EXPECT_THAT(models_of({}), ElementsAre("used", "large", "small"));
  EXPECT_THAT(models_of({"--reverse"}), ElementsAre("small", "large", "used"));
  EXPECT_THAT(models_of({"--sort", "size"}), ElementsAre("large", testing::_, testing::_));
  EXPECT_THAT(models_of({"--sort", "hits"}), ElementsAre("used", testing::_, testing::_));
  EXPECT_THAT(models_of({"--sort", "used"}), ElementsAre("used", "large", "small"));
  EXPECT_THAT(models_of({"--sort", "expires"}), ElementsAre("small", "large", "used"));
  EXPECT_THAT(models_of({"--sort", "model"}), ElementsAre("large", "small", "used"));
  EXPECT_THAT(models_of({"--sort", "key", "--reverse"}), ElementsAre("used", "large", "small"));
  EXPECT_EQ(run_here({"ls", "--sort", "beauty"}).code, ExitCode::usage);
}

TEST_F(Listing, PagesHoldEveryEntryOnce) {
  {
    const auto store = open_store();
    for (std::uint64_t i = 0; i < 23; ++i)
      put(*store, key_number(i + 1).primary, "x", "m" + std::to_string(i));
  }
  std::set<std::string> seen;
  for (const char* page : {"1", "2", "3", "4", "5"})
    for (const std::string& model : models_of({"--limit", "5", "--page", page}))
      EXPECT_TRUE(seen.insert(model).second) << model;
  EXPECT_EQ(seen.size(), 23u);
  EXPECT_TRUE(models_of({"--limit", "5", "--page", "6"}).empty());
  const json third = run_here({"ls", "--limit", "5", "--page", "3", "--json"}).document();
  EXPECT_EQ(third.at("matching"), 23);
  EXPECT_EQ(third.at("pages"), 5);
  EXPECT_EQ(models_of({"--limit", "0"}).size(), 23u);
  EXPECT_THAT(run_here({"ls", "--limit", "5"}).out, HasSubstr("; page 1 of 5, more with --page 2\n"));
  EXPECT_THAT(run_here({"ls", "--limit", "5", "--page", "5"}).out, Not(HasSubstr("more with")));
}

TEST_F(Listing, ConditionsHoldTogether) {
  fill();  // qwen 150 min, qwen 90 min with two hits, llama 30 min
  EXPECT_EQ(models_of({"--model", "qwen"}).size(), 2u);
  EXPECT_EQ(models_of({"--older-than", "2h"}).size(), 1u);
  EXPECT_EQ(models_of({"--newer-than", "2h"}).size(), 2u);
  EXPECT_EQ(models_of({"--newer-than", "2h", "--model", "qwen"}).size(), 1u);
  // The second was used when the third was admitted.
  EXPECT_EQ(models_of({"--unused", "1h"}).size(), 1u);
  EXPECT_EQ(models_of({"--unused", "29m"}).size(), 3u);
  EXPECT_EQ(models_of({"--min-hits", "1"}).size(), 1u);
  EXPECT_EQ(models_of({"--max-hits", "0"}).size(), 2u);
  EXPECT_EQ(models_of({"--larger-than", "1MiB"}).size(), 0u);
  EXPECT_EQ(models_of({"--smaller-than", "1MiB"}).size(), 3u);
  EXPECT_EQ(run_here({"ls", "--unused", "never"}).code, ExitCode::usage);
  EXPECT_EQ(run_here({"ls", "--larger-than", "big"}).code, ExitCode::usage);
}

TEST_F(Listing, PurgeTakesTheSameConditions) {
  fill();
  const json dry = run_here({"purge", "--unused", "1h", "--dry-run", "--json"}).document();
  EXPECT_EQ(dry.at("entries"), 1);
  EXPECT_GT(dry.at("bytes"), 0);
  EXPECT_EQ(keys().size(), 3u);
  const json done = run_here({"purge", "--unused", "1h", "--json"}).document();
  EXPECT_EQ(done.at("entries"), 1);
  EXPECT_EQ(done.at("bytes"), dry.at("bytes"));
  EXPECT_THAT(keys(), ElementsAre(third_.hex(), second_.hex()));
  EXPECT_THAT(run_here({"purge", "--min-hits", "2", "--larger-than", "1"}).out, HasSubstr("purged 1 entry"));
  EXPECT_THAT(keys(), ElementsAre(third_.hex()));
}

TEST_F(Listing, PurgesWhatCameFromOneProject) {
  fill();
  {
    const auto store = open_store();
    EntryProjects projects(store->states(), load_or_create_secrets(store->states())->primary);
    projects.note(first_, "/srv/ada/engine");
    projects.note(third_, "/srv/ada/engine");
    projects.note(second_, "/srv/ada/other");
    ASSERT_TRUE(projects.flush());
  }
  EXPECT_EQ(run_here({"purge", "--project", "/srv/ada", "--json"}).document().at("entries"), 0);
  const json dry = run_here({"purge", "--project", "/srv/ada/engine/", "--dry-run", "--json"}).document();
  EXPECT_EQ(dry.at("entries"), 2);
  EXPECT_THAT(run_here({"purge", "--project", "/srv/ada/engine", "--model", "llama"}).out,
              HasSubstr("purged 1 entry"));
  EXPECT_THAT(keys(), ElementsAre(second_.hex(), first_.hex()));
  EXPECT_EQ(run_here({"purge", "--project", "/srv/ada/engine", "--all"}).code, ExitCode::usage);
}

TEST_F(Listing, KeysAndConditionsDoNotMix) {
  fill();
  EXPECT_EQ(run_here({"purge", "--key", "1111", "--model", "qwen"}).code, ExitCode::usage);
  EXPECT_EQ(keys().size(), 3u);
}

}  // namespace
}  // namespace anyclaude::cachectl
