// export and import: what one store wrote and another takes in, and what it refuses.
#include <sys/stat.h>

#include <fstream>

#include "tests/cachectl/cachectl_fixture.h"

namespace anyclaude::cachectl {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class Transfer : public CachectlTest {
 protected:
  // A second store, empty.
  void make_other() { LmdbStore::open({.directory = other_}, clock_).value().reset(); }
  Outcome run_there(std::vector<std::string> arguments, std::string typed = {}) {
    arguments.insert(arguments.begin(), {"--store", other_.string()});
    return run_in(std::move(arguments), {}, std::move(typed));
  }
  std::vector<std::string> exported_lines() {
    std::istringstream text(run_here({"export"}).out);
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  json import_text(const std::string& text, ExitCode expected, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"import", "-", "--json"});
    const Outcome outcome = run_there(std::move(more), text);
    EXPECT_EQ(outcome.code, expected) << outcome.out << outcome.err;
    return outcome.document();
  }
  std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::filesystem::path other_ = directory_.path() / "other";
  std::filesystem::path file_ = directory_.path() / "answers.jsonl";
};

TEST_F(Transfer, AnAnswerIsFoundInTheOtherStoreByItsDigest) {
  fill();
  make_other();
  EXPECT_EQ(run_here({"export", file_.string(), "--json"}).document().at("entries"), 3);
  const Outcome imported = run_there({"import", file_.string()});
  EXPECT_EQ(imported.code, ExitCode::done);
  EXPECT_EQ(imported.out, "imported 3 entries\n");
  EXPECT_EQ(run_there({"import", file_.string()}).out, "imported 0 entries, 3 already there\n");
  EXPECT_EQ(run_there({"ls", "--json"}).document().at("entries").at(0).at("imported"), true);
  EXPECT_EQ(run_there({"stats", "--json"}).document().at("imported_entries"), 3);

  const auto store = LmdbStore::open({.directory = other_}, clock_).value();
  const auto adopted = store->responses().adopt(sha256_hex("first answer"), "local", key_number(9));
  ASSERT_TRUE(adopted && *adopted);
  EXPECT_EQ((*adopted)->message_json, message(clock_, "first answer", "qwen").message_json);
  EXPECT_TRUE(store->responses().find(key_number(9)).value());
  EXPECT_FALSE(store->responses().adopt(sha256_hex("second answer"), "somebody else", key_number(8)).value());
}

TEST_F(Transfer, TheFileIsForItsUserAloneAndNoFileIsOverwritten) {
  fill();
  ASSERT_EQ(run_here({"export", file_.string()}).code, ExitCode::done);
  struct stat facts {};
  ASSERT_EQ(::stat(file_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777u, 0600u);
  const std::string before = text_of(file_);
  const Outcome again = run_here({"export", file_.string()});
  EXPECT_EQ(again.code, ExitCode::usage);
  EXPECT_THAT(again.err, HasSubstr("is there already"));
  EXPECT_EQ(text_of(file_), before);
}

TEST_F(Transfer, ExportTakesConditionsAndLeavesOutWhatHasExpired) {
  fill();
  EXPECT_EQ(run_here({"export", file_.string(), "--model", "qwen", "--json"}).document().at("entries"), 2);
  clock_.advance(std::chrono::hours{22});  // the first has 24 hours
  const json document = run_here({"export", (directory_.path() / "late").string(), "--json"}).document();
  EXPECT_EQ(document.at("entries"), 2);
  EXPECT_EQ(document.at("expired"), 1);
}

TEST_F(Transfer, BadLinesAreNamedByNumberAndTheOthersGoOn) {
  fill();
  make_other();
  const auto lines = exported_lines();
  ASSERT_THAT(lines, SizeIs(3));
  json other_version = json::parse(lines[1]);
  other_version["anyclaude_record"] = 99;
  json without_model = json::parse(lines[1]);
  without_model.erase("model");
  json negative = json::parse(lines[1]);
  negative["created_at_ms"] = -5;
  const std::string text = lines[0] + "\nno json\n\n{}\n" + other_version.dump() + "\n" +
                           without_model.dump() + "\n" + negative.dump() + "\n" + lines[2] + "\n";
  const json document = import_text(text, ExitCode::not_as_asked);
  EXPECT_EQ(document.at("added"), 2);
  EXPECT_EQ(document.at("lines"), 7);
  EXPECT_EQ(document.at("bad_lines"), 5);
  std::vector<std::uint64_t> numbers;
  for (const json& bad : document.at("bad")) numbers.push_back(bad.at("line"));
  EXPECT_THAT(numbers, testing::ElementsAre(2, 4, 5, 6, 7));
  EXPECT_THAT(document.at("bad").at(3).at("reason").get<std::string>(), HasSubstr("model"));
  const Outcome told = run_there({"import", "-"}, text);
  EXPECT_THAT(told.err, HasSubstr("line 2: It is not JSON."));
  EXPECT_THAT(told.out, HasSubstr("2 already there; 5 bad lines"));
}

TEST_F(Transfer, AChangedDigestOrMessageIsRefused) {
  fill();
  make_other();
  const auto lines = exported_lines();
  json wrong_digest = json::parse(lines[0]);
  wrong_digest["sha256"] = sha256_hex("another request");
  json wrong_message = json::parse(lines[1]);
  wrong_message["message"] = wrong_message["message"].get<std::string>() + " ";
  const json document =
      import_text(wrong_digest.dump() + "\n" + wrong_message.dump() + "\n", ExitCode::not_as_asked);
  EXPECT_EQ(document.at("added"), 0);
  for (const json& bad : document.at("bad"))
    EXPECT_THAT(bad.at("reason").get<std::string>(), HasSubstr("checksum"));
  EXPECT_EQ(run_there({"ls", "--json"}).document().at("matching"), 0);
}

TEST_F(Transfer, ATruncatedFileGivesItsWholeLinesAndNamesTheLast) {
  fill();
  make_other();
  const auto lines = exported_lines();
  const json document =
      import_text(lines[0] + "\n" + lines[1].substr(0, lines[1].size() / 2), ExitCode::not_as_asked);
  EXPECT_EQ(document.at("added"), 1);
  EXPECT_EQ(document.at("bad").at(0).at("line"), 2);
  EXPECT_THAT(document.at("bad").at(0).at("reason").get<std::string>(),
              StartsWith("The file ends in the middle"));
  // A last line without its end is a line.
  EXPECT_EQ(import_text(lines[2], ExitCode::done).at("added"), 1);
}

TEST_F(Transfer, WhatNoBrokerWouldKeepIsNeitherExportedNorImported) {
  {
    const auto store = open_store();
    StoredResponse cut = message(clock_, "cut", "qwen");
    cut.message_json.replace(cut.message_json.find("end_turn"), 8, "max_tokens");
    EXPECT_TRUE(store->responses().begin_write({first_, {}})->commit(cut));
  }
  const Outcome outcome = run_here({"export", file_.string(), "--json"});
  EXPECT_EQ(outcome.code, ExitCode::not_as_asked);
  EXPECT_EQ(outcome.document().at("entries"), 0);
  EXPECT_EQ(outcome.document().at("left_out"), 1);
}

TEST_F(Transfer, ADryRunOnlyChecksAndATtlBeginsAnew) {
  fill();
  make_other();
  std::string text;
  for (const std::string& line : exported_lines()) text += line + "\n";
  json document = import_text(text, ExitCode::done, {"--dry-run"});
  EXPECT_EQ(document.at("good"), 3);
  EXPECT_EQ(document.at("added"), 0);
  EXPECT_EQ(run_there({"ls", "--json"}).document().at("matching"), 0);
  clock_.advance(std::chrono::hours{48});
  document = import_text(text, ExitCode::done);
  EXPECT_EQ(document.at("expired"), 3);
  EXPECT_EQ(document.at("added"), 0);
  EXPECT_EQ(import_text(text, ExitCode::done, {"--ttl", "1h"}).at("added"), 3);
  EXPECT_EQ(run_there({"import", "-", "--ttl", "soon"}, text).code, ExitCode::usage);
}

TEST_F(Transfer, AFileThatIsNotThereIsAMistake) {
  make_other();
  EXPECT_EQ(run_there({"import", (directory_.path() / "nothing").string()}).code, ExitCode::usage);
  EXPECT_EQ(run_here({"export", "-"}).code, ExitCode::store_error);
}

}  // namespace
}  // namespace anyclaude::cachectl
