// A store of a few answers and the tool beside it, run in this process.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "storage/lmdb/lmdb_store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/storage/answers.h"
#include "tests/storage/temporary_directory.h"
#include "tools/cachectl/command_line.h"

namespace anyclaude::cachectl {

struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;

  nlohmann::json document() const { return nlohmann::json::parse(out, nullptr, false); }
};

class CachectlTest : public testing::Test {
 protected:
  std::unique_ptr<LmdbStore> open_store() { return LmdbStore::open({.directory = place_}, clock_).value(); }
  static StoredResponse message(const Clock& clock, const std::string& text, const std::string& model) {
    StoredResponse response = answer(clock, text);
    response.message_json.pop_back();
    response.message_json += R"(,"stop_reason":"end_turn"})";
    response.model = model;
    return response;
  }
  void put(LmdbStore& store, const Digest128& key, const std::string& text, const std::string& model) {
    EXPECT_TRUE(store.responses().begin_write({key, {}})->commit(message(clock_, text, model)));
  }
  // Three entries, oldest first; the second was answered twice.
  void fill() {
    const auto store = open_store();
    put(*store, first_, "first answer", "qwen");
    clock_.advance(std::chrono::hours{1});
    put(*store, second_, "second answer", "qwen");
    clock_.advance(std::chrono::hours{1});
    put(*store, third_, "third answer", "llama");
    EXPECT_TRUE(store->responses().find({second_, {}}).value());
    EXPECT_TRUE(store->responses().find({second_, {}}).value());
    clock_.advance(std::chrono::minutes{30});
  }
  Outcome run_in(std::vector<std::string> arguments, const EnvironmentVariables& environment,
                 std::string typed = {}, InputKind input = InputKind::other) {
    std::istringstream in(typed);
    std::ostringstream out;
    std::ostringstream err;
    const ExitCode code = run(arguments, environment, {in, out, err, input}, clock_);
    return {code, out.str(), err.str()};
  }
  Outcome run_here(std::vector<std::string> arguments, std::string typed = {},
                   InputKind input = InputKind::other) {
    arguments.insert(arguments.begin(), {"--store", place_.string()});
    return run_in(std::move(arguments), {}, std::move(typed), input);
  }
  std::vector<std::string> keys() {
    std::vector<std::string> out;
    const nlohmann::json listing = run_here({"ls", "--json"}).document();
    for (const nlohmann::json& entry : listing.at("entries")) out.push_back(entry.at("key"));
    return out;
  }

  TemporaryDirectory directory_;
  std::filesystem::path place_ = directory_.path() / "store";
  FakeClock clock_;
  const Digest128 first_{0x1111000000000000, 1};
  const Digest128 second_{0x2222000000000000, 2};
  const Digest128 third_{0x2222000000000000, 3};
};

}  // namespace anyclaude::cachectl
