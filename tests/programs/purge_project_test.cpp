// What a project's prompts and answers said is nowhere in the store's directory once the project was purged
// and the store compacted, also where a broker that runs learned it; what other projects said stays.
#include <fstream>
#include <iterator>

#include "programs/program_house.h"

namespace anyclaude::programs {
namespace {

class PurgedProject : public ProgramHouse {
 protected:
  // A turn that says the project's word everywhere a store may keep something of it: in a line that changes,
  // in the description of a tool, in the first turn, and in the arguments of a call.
  static json turn(const std::string& directory, const std::string& word, int number) {
    const std::string text = "You help.\nBuild of " + word + " number " + std::to_string(number) +
                             "7\nBe brief.\n" + "Working directory: " + directory + "\n";
    const json tool = {
        {"name", "Bash"},
        {"description", "Runs commands.\nOf " + word + ".\nOnce."},
        {"input_schema", {{"type", "object"}, {"properties", {{"command", {{"type", "string"}}}}}}}};
    return {{"model", "m"},
            {"max_tokens", 500},
            {"system", text},
            {"tools", {tool}},
            {"messages",
             {{{"role", "user"}, {"content", "USE Bash echo " + word + " " + std::to_string(number)}}}}};
  }

  void work_in(const std::string& directory, const std::string& word) {
    for (int number = 0; number < 5; ++number) {
      json body = turn(directory, word, number);
      const json said = say(body);
      // The call comes back with its result, as a client sends it.
      json results = json::array();
      for (const json& block : said["content"])
        if (block["type"] == "tool_use")
          results.push_back(
              {{"type", "tool_result"}, {"tool_use_id", block["id"]}, {"content", word + " is done"}});
      ASSERT_FALSE(results.empty()) << said;
      body["messages"].push_back({{"role", "assistant"}, {"content", said["content"]}});
      body["messages"].push_back({{"role", "user"}, {"content", results}});
      (void)say(body);
    }
  }

  // The files of the store's directory that hold the word, by name.
  std::vector<std::string> files_with(const std::string& word) const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(store())) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      if (bytes.find(word) != std::string::npos) found.push_back(entry.path().filename().string());
    }
    return found;
  }

  // Until everything that was learned is written.
  void wait_for(const std::string& word) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (files_with(word).empty()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << word << " is not kept at all";
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  json say(const json& body) {
    const json said = json::parse(ask_raw(body, 0).body, nullptr, false);
    EXPECT_TRUE(said.is_object());
    return said;
  }
};

const std::vector<std::string> kNone;
const std::vector<std::string> kDataFile{"data.mdb"};

TEST_F(PurgedProject, SaysNothingAnyMoreAndOthersStillDo) {
  start_broker();
  work_in("/srv/alpha", "ALPHAWORD");
  work_in("/srv/bravo", "BRAVOWORD");
  wait_for("ALPHAWORD");
  wait_for("BRAVOWORD");
  // Damaged files hold it, too.
  std::filesystem::copy(store() / "data.mdb", store() / "damaged-20260101T000000Z-001.mdb");
  const Command purged = cachectl({"purge", "--project", "/srv/alpha/", "--json"});
  ASSERT_EQ(purged.exit_code, 0) << purged.err;
  EXPECT_GT(json::parse(purged.out)["learned_entries"], 5) << purged.out;
  ASSERT_EQ(cachectl({"compact"}).exit_code, 0);
  EXPECT_EQ(files_with("ALPHAWORD"), kNone);
  EXPECT_EQ(files_with("BRAVOWORD"), kDataFile);
  // What the broker had in memory does not come back when it goes on.
  work_in("/srv/charlie", "CHARLIEWORD");
  wait_for("CHARLIEWORD");
  stop_broker();
  EXPECT_EQ(files_with("ALPHAWORD"), kNone);
  EXPECT_EQ(files_with("BRAVOWORD"), kDataFile);
}

TEST_F(PurgedProject, GoesFromAStoreThatNoBrokerHasOpen) {
  start_broker();
  work_in("/srv/alpha", "ALPHAWORD");
  work_in("/srv/bravo", "BRAVOWORD");
  stop_broker();
  const Command dry = cachectl({"purge", "--project", "/srv/alpha", "--dry-run"});
  ASSERT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_EQ(files_with("ALPHAWORD"), kDataFile);
  EXPECT_EQ(cachectl({"purge", "--project", "/srv/alpha"}).exit_code, 0);
  EXPECT_EQ(cachectl({"compact"}).exit_code, 0);
  EXPECT_EQ(files_with("ALPHAWORD"), kNone);
  EXPECT_EQ(files_with("BRAVOWORD"), kDataFile);
}

}  // namespace
}  // namespace anyclaude::programs
