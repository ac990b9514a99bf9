// The profiles of the user's own, as files of a directory.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "backend/profile/backend_profiles.h"
#include "backend/profile/profile_reader.h"
#include "tests/fakes/built_in_profile.h"
#include "tests/storage/temporary_directory.h"

namespace anyclaude {
namespace {

using std::filesystem::perms;

class ProfileOverrides : public testing::Test {
 protected:
  ProfileOverrides() {
    std::filesystem::create_directory(directory());
    std::filesystem::permissions(directory(), perms::owner_all);
  }

  std::filesystem::path directory() const { return home_.path() / "backends"; }

  std::filesystem::path write(const std::string& name, std::string_view text) const {
    const std::filesystem::path file = directory() / name;
    std::ofstream(file) << text;
    std::filesystem::permissions(file, perms::owner_read | perms::owner_write | perms::group_read);
    return file;
  }

  Result<BackendProfiles> read() const { return BackendProfiles::built_in().with_overrides(directory()); }

  Error error() const {
    const auto profiles = read();
    return profiles ? Error{} : profiles.error();
  }

 private:
  TemporaryDirectory home_;
};

constexpr const char* kMine = R"({"name": "mine", "extends": "vllm", "description": "ours"})";

TEST_F(ProfileOverrides, ADirectoryThatIsMissingOrEmptyChangesNothing) {
  const std::size_t built_in = BackendProfiles::built_in().all().size();
  const auto of_empty = read();
  ASSERT_TRUE(of_empty);
  EXPECT_EQ(of_empty->all().size(), built_in);
  const auto of_missing = BackendProfiles::built_in().with_overrides(directory() / "nowhere");
  ASSERT_TRUE(of_missing);
  EXPECT_EQ(of_missing->all().size(), built_in);
}

TEST_F(ProfileOverrides, AFileMayHaveCommentsAndStartFromAnotherProfile) {
  write("mine.json", "// Behind the office's gateway.\n" + std::string(kMine));
  const auto profiles = read();
  ASSERT_TRUE(profiles) << profiles.error().message;
  const BackendProfile* mine = profiles->find("mine");
  ASSERT_NE(mine, nullptr);
  auto expected = profile_json(built_in_profile("vllm"));
  expected["name"] = "mine";
  expected["aliases"] = nlohmann::json::array();
  expected["description"] = "ours";
  EXPECT_EQ(profile_json(*mine), expected);
  EXPECT_EQ(profiles->find("v-llm")->name, "vllm");
}

TEST_F(ProfileOverrides, FilesAreReadInTheOrderOfTheirNames) {
  write("20-mine.json", R"({"name": "second", "extends": "first", "request": {"top_k": false}})");
  write("10-mine.json", R"({"name": "first", "extends": "vllm", "request": {"images": "none"}})");
  const auto profiles = read();
  ASSERT_TRUE(profiles) << profiles.error().message;
  EXPECT_EQ(profiles->find("second")->request.images, ImageSupport::none);
  EXPECT_FALSE(profiles->find("second")->request.top_k);
  EXPECT_TRUE(profiles->find("first")->request.top_k);
}

TEST_F(ProfileOverrides, OtherFilesAreNotProfiles) {
  write("mine.json~", "not a profile");
  write("README.md", "not a profile");
  EXPECT_TRUE(read());
}

TEST_F(ProfileOverrides, AWrongFileIsNamedWithTheKeyAndTheNearestOne) {
  const std::string file = write("mine.json", R"({"name": "mine", "extends": "vllm", "lunch": {}})").string();
  EXPECT_EQ(error().message, file + ": 'lunch' is not a known key; the nearest one is 'launch'");
  EXPECT_EQ(error().source, ErrorSource::config);
  write("mine.json", R"({"name": "mine", "extends": "olama"})");
  EXPECT_EQ(error().message, file + ": 'extends' names no profile; the nearest one is 'ollama'");
  write("mine.json", R"({"name": "mine", "server": {"concurent_calls_max": 1}})");
  EXPECT_EQ(error().message, file +
                                 ": 'server.concurent_calls_max' is not a known key; the nearest one is "
                                 "'concurrent_calls_max'");
}

TEST_F(ProfileOverrides, AnAliasBelongsToOneProfile) {
  const std::string file =
      write("mine.json", R"({"name": "mine", "extends": "vllm", "aliases": ["llamacpp"]})").string();
  EXPECT_EQ(error().message, file + ": 'llamacpp' names both llama-cpp and mine");
  // Neither may a new profile take the alias of a known one for its name.
  write("mine.json", R"({"name": "llamacpp", "extends": "vllm"})");
  EXPECT_EQ(error().message, file + ": 'llamacpp' names both llama-cpp and llamacpp");
}

TEST_F(ProfileOverrides, AFileThatHoldsNoProfileIsRefused) {
  const std::string file = write("mine.json", R"({"name": "mine",)").string();
  EXPECT_EQ(error().message, file + ": must hold one JSON object");
  write("mine.json", "");
  EXPECT_EQ(error().message, file + ": must hold one JSON object");
  write("mine.json", R"({"description": "whose?"})");
  EXPECT_EQ(error().message, file + ": 'name' is missing");
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_NE(error().message, "");
}

TEST_F(ProfileOverrides, WhatOthersMayWriteIsRefused) {
  const std::filesystem::path file = write("mine.json", kMine);
  for (const perms more : {perms::group_write, perms::others_write}) {
    std::filesystem::permissions(file, more, std::filesystem::perm_options::add);
    EXPECT_EQ(error().kind, ErrorKind::permission);
    EXPECT_NE(error().message.find("chmod go-w " + file.string()), std::string::npos) << error().message;
    std::filesystem::permissions(file, more, std::filesystem::perm_options::remove);
    EXPECT_TRUE(read());
    std::filesystem::permissions(directory(), more, std::filesystem::perm_options::add);
    EXPECT_NE(error().message.find("chmod go-w " + directory().string()), std::string::npos);
    std::filesystem::permissions(directory(), more, std::filesystem::perm_options::remove);
  }
}

}  // namespace
}  // namespace anyclaude
