// The tool as a user meets it: what it prints, what it changes, what its exit code says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "storage/store_secrets.h"
#include "tests/cachectl/cachectl_fixture.h"

namespace anyclaude::cachectl {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

using Cachectl = CachectlTest;

TEST_F(Cachectl, LsListsEveryEntryNewestFirst) {
  fill();
  const Outcome outcome = run_here({"ls"});
  EXPECT_EQ(outcome.code, ExitCode::done);
  EXPECT_THAT(outcome.out, HasSubstr("KEY           MODEL     AGE  HITS  PROMPT  ANSWER"));
  EXPECT_THAT(outcome.out, HasSubstr("222200000000  llama  30 min     0   21000      42"));
  EXPECT_THAT(outcome.out, HasSubstr("222200000000  qwen   90 min     2   21000      42"));
  EXPECT_THAT(outcome.out, HasSubstr("3 entries, "));
  EXPECT_EQ(keys(), (std::vector{third_.hex(), second_.hex(), first_.hex()}));
}

TEST_F(Cachectl, JsonMayStandBeforeAndBehindTheVerb) {
  fill();
  const Outcome before = run_here({"--json", "ls"});
  const Outcome behind = run_here({"ls", "--json"});
  EXPECT_EQ(before.out, behind.out);
  const json entry = behind.document().at("entries").at(1);
  EXPECT_EQ(entry.at("key"), second_.hex());
  EXPECT_EQ(entry.at("model"), "qwen");
  EXPECT_EQ(entry.at("age_seconds"), 5'400);
  EXPECT_EQ(entry.at("hits"), 2);
  EXPECT_EQ(entry.at("input_tokens"), 21'000);
  EXPECT_EQ(entry.at("output_tokens"), 42);
  EXPECT_EQ(entry.at("created_at"), "2026-01-01T01:00:00.000Z");
  EXPECT_EQ(entry.at("expired"), false);
}

TEST_F(Cachectl, AnEmptyStoreListsNothing) {
  open_store().reset();
  EXPECT_EQ(run_here({"ls"}).out, "0 entries, 0 B\n");
  EXPECT_EQ(run_here({"ls", "--json"}).document(),
            json::parse(R"({"entries":[],"matching":0,"matching_bytes":0,"page":1,"pages":1})"));
  EXPECT_EQ(run_here({"stats"}).code, ExitCode::done);
  EXPECT_EQ(run_here({"verify"}).out, "checked 0 records: none damaged\n");
}

TEST_F(Cachectl, StatsSumWhatWasSaved) {
  fill();
  const json stats = run_here({"stats", "--json"}).document();
  EXPECT_EQ(stats.at("entries"), 3);
  EXPECT_EQ(stats.at("hits"), 2);
  EXPECT_EQ(stats.at("input_tokens_saved"), 42'000);
  EXPECT_EQ(stats.at("output_tokens_saved"), 84);
  EXPECT_EQ(stats.at("oldest_at"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(stats.at("models").size(), 2u);
  EXPECT_GT(stats.at("file_bytes"), stats.at("record_bytes"));
  const Outcome text = run_here({"stats"});
  EXPECT_THAT(text.out, HasSubstr("tokens saved  42000 prompt, 84 answer"));
  EXPECT_THAT(text.out, HasSubstr("qwen         2     2"));
}

TEST_F(Cachectl, InspectShowsAnEntryByAnyUniquePrefix) {
  fill();
  for (const std::string& prefix : {first_.hex(), std::string("1"), std::string("1111")}) {
    const Outcome outcome = run_here({"inspect", prefix});
    EXPECT_EQ(outcome.code, ExitCode::done) << prefix;
    EXPECT_THAT(outcome.out, HasSubstr(first_.hex()));
    EXPECT_THAT(outcome.out, HasSubstr("\"text\": \"first answer\""));
  }
  const json document = run_here({"inspect", "--json", "11"}).document();
  EXPECT_EQ(document.at("message").at("content").at(0).at("text"), "first answer");
  EXPECT_EQ(document.at("generation_ms"), 1'500);
  EXPECT_EQ(run_here({"ls", "--json"}).document().at("entries").at(2).at("hits"), 0);
}

TEST_F(Cachectl, AnAmbiguousPrefixListsTheCandidates) {
  fill();
  const Outcome outcome = run_here({"inspect", "2222"});
  EXPECT_EQ(outcome.code, ExitCode::not_as_asked);
  EXPECT_THAT(outcome.err, HasSubstr("2 keys begin with 2222"));
  EXPECT_THAT(outcome.err, HasSubstr(second_.hex()));
  EXPECT_THAT(outcome.err, HasSubstr(third_.hex()));
  EXPECT_EQ(run_here({"purge", "--key", "2222"}).code, ExitCode::not_as_asked);
  EXPECT_EQ(keys().size(), 3u);
}

TEST_F(Cachectl, AnUnknownKeyAndANonsenseKeyAreToldApart) {
  fill();
  EXPECT_EQ(run_here({"inspect", "abc"}).code, ExitCode::not_as_asked);
  EXPECT_EQ(run_here({"purge", "--key", "abc"}).code, ExitCode::not_as_asked);
  for (const std::string& nonsense : {std::string("xyz"), std::string(33, 'a'), std::string()}) {
    EXPECT_EQ(run_here({"inspect", nonsense}).code, ExitCode::usage) << nonsense;
  }
  EXPECT_EQ(run_here({"purge", "--key", "xyz"}).code, ExitCode::usage);
}

TEST_F(Cachectl, PurgeByKeyModelAgeAndLast) {
  fill();
  EXPECT_THAT(run_here({"purge", "--key", second_.hex()}).out, HasSubstr("purged 1 entry"));
  EXPECT_EQ(keys(), (std::vector{third_.hex(), first_.hex()}));
  EXPECT_EQ(run_here({"purge", "--model", "nobody"}).code, ExitCode::done);
  EXPECT_EQ(keys().size(), 2u);
  EXPECT_THAT(run_here({"purge", "--last"}).out, HasSubstr("purged 1 entry"));
  EXPECT_EQ(keys(), (std::vector{first_.hex()}));
  fill();
  EXPECT_EQ(run_here({"purge", "--older-than", "2h", "--json"}).document().at("entries"), 1);
  fill();
  EXPECT_EQ(run_here({"purge", "--model", "qwen", "--older-than", "2h", "--json"}).document().at("entries"),
            1);
  EXPECT_EQ(run_here({"purge", "--model", "qwen", "--last", "--json"}).document().at("entries"), 1);
  EXPECT_EQ(keys(), (std::vector{third_.hex()}));
}

TEST_F(Cachectl, ADryRunChangesNothing) {
  fill();
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"purge", "--all", "--dry-run"},
                                                                     {"purge", "--model=qwen", "--dry-run"},
                                                                     {"purge", "--last", "--dry-run"}}) {
    const Outcome outcome = run_here(arguments);
    EXPECT_EQ(outcome.code, ExitCode::done) << arguments[1];
    EXPECT_THAT(outcome.out, HasSubstr("would purge "));
  }
  EXPECT_EQ(keys().size(), 3u);
}

TEST_F(Cachectl, PurgeWithoutASelectionIsAMistake) {
  fill();
  EXPECT_EQ(run_here({"purge"}).code, ExitCode::usage);
  EXPECT_EQ(run_here({"purge", "--yes"}).code, ExitCode::usage);
  EXPECT_EQ(run_here({"purge", "--all", "--model", "qwen", "--yes"}).code, ExitCode::usage);
  EXPECT_EQ(run_here({"purge", "--older-than", "soon"}).code, ExitCode::usage);
  EXPECT_EQ(keys().size(), 3u);
}

TEST_F(Cachectl, PurgeAllAsksOnATerminalAndNeedsYesElsewhere) {
  fill();
  EXPECT_EQ(run_here({"purge", "--all"}, "y\n").code, ExitCode::usage);
  for (const char* typed : {"n\n", "\n", "", "yess\n"}) {
    const Outcome outcome = run_here({"purge", "--all"}, typed, InputKind::terminal);
    EXPECT_EQ(outcome.code, ExitCode::not_as_asked) << typed;
    EXPECT_THAT(outcome.err, HasSubstr("[y/N]"));
  }
  EXPECT_EQ(keys().size(), 3u);
  EXPECT_EQ(run_here({"purge", "--all"}, "y\n", InputKind::terminal).code, ExitCode::done);
  EXPECT_TRUE(keys().empty());
  fill();
  const Outcome outcome = run_here({"purge", "--all", "--yes"});
  EXPECT_THAT(outcome.out, HasSubstr("purged 3 entries"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("[y/N]")));
  EXPECT_TRUE(keys().empty());
}

TEST_F(Cachectl, PurgeAllForgetsWhatWasLearnedAndKeepsTheSecrets) {
  constexpr StateTable kLayouts{.name = "layouts"};
  auto store = open_store();
  ASSERT_TRUE(store->states().put(kLayouts, "conversation", "learned from content"));
  const auto secrets = load_or_create_secrets(store->states()).value();
  store.reset();
  EXPECT_EQ(run_here({"purge", "--all", "--yes", "--json"}).document().at("learned_entries"), 1);
  store = open_store();
  EXPECT_FALSE(store->states().get(kLayouts, "conversation").value());
  EXPECT_EQ(load_or_create_secrets(store->states()).value().primary.bytes, secrets.primary.bytes);
}

TEST_F(Cachectl, VerifyNamesDamageWhichPurgeCanRemove) {
  auto store = open_store();
  StoredResponse plain = message(clock_, "", "qwen");
  std::mt19937_64 random(5);
  plain.message_json.clear();
  for (int i = 0; i < 6'000; ++i) plain.message_json.push_back(static_cast<char>(random()));
  ASSERT_TRUE(store->responses().begin_write({first_, {}})->commit(plain));
  put(*store, second_, "whole", "qwen");
  store.reset();
  std::ifstream in(place_ / "data.mdb", std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const auto at = bytes.find(plain.message_json.substr(3'000, 100));
  ASSERT_NE(at, std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  std::ofstream(place_ / "data.mdb", std::ios::binary | std::ios::trunc) << bytes;

  const Outcome found = run_here({"verify", "--json"});
  EXPECT_EQ(found.code, ExitCode::not_as_asked);
  EXPECT_EQ(found.document().at("checked"), 2);
  EXPECT_EQ(found.document().at("damaged"), json::array({first_.hex()}));
  EXPECT_THAT(run_here({"verify"}).out, HasSubstr("damaged " + first_.hex()));
  EXPECT_THAT(run_here({"inspect", first_.hex()}).err, HasSubstr("is damaged"));
  EXPECT_EQ(run_here({"purge", "--key", first_.hex()}).code, ExitCode::done);
  EXPECT_EQ(run_here({"verify"}).code, ExitCode::done);
  EXPECT_EQ(keys(), (std::vector{second_.hex()}));
}

TEST_F(Cachectl, AStoreThatIsNotThereIsASentenceAndIsNotMade) {
  const Outcome outcome = run_here({"ls", "--json"});
  EXPECT_EQ(outcome.code, ExitCode::store_error);
  EXPECT_THAT(outcome.err, HasSubstr("There is no store in " + place_.string()));
  EXPECT_THAT(outcome.err, HasSubstr("--store DIR"));
  EXPECT_EQ(outcome.document().at("error").at("kind"), "not_found");
  EXPECT_FALSE(std::filesystem::exists(place_));
}

TEST_F(Cachectl, FindsTheStoreInTheEnvironmentThenTheConfigurationThenTheHome) {
  fill();
  const auto count = [this](const std::vector<std::string>& arguments,
                            const EnvironmentVariables& environment) {
    const json document = run_in(arguments, environment).document();
    return document.contains("entries") ? static_cast<int>(document.at("entries").size()) : -1;
  };
  const auto home = directory_.path() / "home";
  EXPECT_EQ(count({"ls", "--json"}, {{"ANYCLAUDE_STORE", place_.string()}}), 3);
  EXPECT_EQ(count({"ls", "--json"}, {{"HOME", home.string()}}), -1);
  std::filesystem::create_directories(home / ".anyclaude");
  std::filesystem::rename(place_, home / ".anyclaude" / "store");
  EXPECT_EQ(count({"ls", "--json"}, {{"HOME", home.string()}}), 3);
  std::filesystem::rename(home / ".anyclaude" / "store", place_);
  const auto file = directory_.path() / "config.json";
  std::ofstream(file) << json{{"store", place_.string()}};
  ::chmod(file.c_str(), 0600);
  EXPECT_EQ(count({"ls", "--json", "--config", file.string()}, {{"HOME", home.string()}}), 3);
  EXPECT_EQ(run_in({"ls"}, {}).code, ExitCode::usage);
}

TEST_F(Cachectl, HelpDocumentsVerbsAndExitCodes) {
  const Outcome outcome = run_in({"--help"}, {});
  EXPECT_EQ(outcome.code, ExitCode::done);
  for (const char* word : {"stats", "ls", "inspect", "purge", "verify", "Exit codes", "ANYCLAUDE_STORE"})
    EXPECT_THAT(outcome.out, HasSubstr(word));
  EXPECT_EQ(run_in({}, {}).code, ExitCode::usage);
  EXPECT_EQ(run_in({"explode"}, {}).code, ExitCode::usage);
}

TEST_F(Cachectl, ControlCharactersOfAModelNameDoNotReachTheTerminal) {
  auto store = open_store();
  put(*store, first_, "x", "evil\x1b[2J\nname");
  store.reset();
  const Outcome outcome = run_here({"ls"});
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(outcome.out, HasSubstr("evil?[2J?name"));
}

// The program itself, while this process has the store open as a broker would.
TEST_F(Cachectl, TheProgramWorksBesideAProcessThatHasTheStoreOpen) {
  const auto store = open_store();
  put(*store, first_, "first answer", "qwen");
  ASSERT_TRUE(store->responses().flush());
  const auto program = [this](const std::string& arguments) {
    const std::string command =
        std::string(ANYCLAUDE_BIN) + "/anyclaude-cachectl --store " + place_.string() + " " + arguments;
    std::string out;
    std::array<char, 4'096> buffer{};
    FILE* pipe = ::popen(command.c_str(), "r");
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
      out.append(buffer.data(), size);
    const int status = ::pclose(pipe);
    return std::pair(WIFEXITED(status) ? WEXITSTATUS(status) : -1, out);
  };
  auto [code, out] = program("ls --json");
  EXPECT_EQ(code, 0);
  EXPECT_EQ(json::parse(out).at("entries").at(0).at("key"), first_.hex());
  std::tie(code, out) = program("purge --all < /dev/null 2> /dev/null");
  EXPECT_EQ(code, 2);
  EXPECT_TRUE(store->responses().find({first_, {}}).value());
  std::tie(code, out) = program("purge --all --yes");
  EXPECT_EQ(code, 0);
  EXPECT_FALSE(store->responses().find({first_, {}}).value());
  put(*store, second_, "second answer", "qwen");
  EXPECT_TRUE(store->responses().find({second_, {}}).value());
  ASSERT_TRUE(store->responses().flush());
  std::tie(code, out) = program("verify");
  EXPECT_EQ(out, "checked 1 record: none damaged\n");
}

}  // namespace
}  // namespace anyclaude::cachectl
