#include "config/broker_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/random_id.h"

namespace anyclaude {
namespace {

class BrokerFiles : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(store_); }
  void TearDown() override { std::filesystem::remove_all(store_); }
  mode_t mode_of(std::string_view name) const {
    struct stat info {};
    EXPECT_EQ(::stat((store_ / name).c_str(), &info), 0);
    return info.st_mode & 0777u;
  }
  const std::filesystem::path store_ = std::filesystem::temp_directory_path() / random_id("anyclaude-files-");
};

TEST_F(BrokerFiles, ARunningBrokerIsToldOfAndForgottenByItsOwnProcessOnly) {
  EXPECT_FALSE(read_running_broker(store_));
  const RunningBroker said{"http://127.0.0.1:8484", 42, "0.1.0", "llama-cpp", "abc", "2026-01-31T12:00:00Z"};
  ASSERT_TRUE(write_running_broker(store_, said));
  EXPECT_EQ(mode_of(kRunningBrokerFile), 0600u);
  const auto read = read_running_broker(store_);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->url, said.url);
  EXPECT_EQ(read->pid, 42);
  EXPECT_EQ(read->version, said.version);
  EXPECT_EQ(read->mode, said.mode);
  EXPECT_EQ(read->config_digest, said.config_digest);
  EXPECT_EQ(read->started_at, said.started_at);
  remove_running_broker(store_, 43);
  EXPECT_TRUE(read_running_broker(store_)) << "another broker's";
  remove_running_broker(store_, 42);
  EXPECT_FALSE(read_running_broker(store_));
}

TEST_F(BrokerFiles, AFileThatIsNoneIsNone) {
  for (const char* text : {"", "{", "[]", "{}", R"({"url":"u","pid":"x"})", R"({"pid":1})"}) {
    std::ofstream(store_ / kRunningBrokerFile) << text;
    EXPECT_FALSE(read_running_broker(store_)) << text;
  }
}

TEST_F(BrokerFiles, TheTokenIsMadeOnceAndIsThisUsersAlone) {
  EXPECT_EQ(read_admin_token(store_).error().kind, ErrorKind::not_found);
  const auto made = load_or_create_admin_token(store_);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_GE(made->size(), 40u);
  EXPECT_EQ(mode_of(kAdminTokenFile), 0600u);
  EXPECT_EQ(*load_or_create_admin_token(store_), *made);
  EXPECT_EQ(*read_admin_token(store_), *made);
  ::chmod((store_ / kAdminTokenFile).c_str(), 0644);
  const auto loose = load_or_create_admin_token(store_);
  ASSERT_FALSE(loose);
  EXPECT_EQ(loose.error().kind, ErrorKind::permission);
  EXPECT_NE(loose.error().message.find("chmod 600"), std::string::npos);
}

}  // namespace
}  // namespace anyclaude
