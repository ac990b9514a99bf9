#include "cache/partition.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

HashSecret secret_from(std::size_t step) {
  HashSecret secret;
  for (std::size_t i = 0; i < HashSecret::kBytes; ++i)
    secret.bytes[i] = static_cast<unsigned char>(i * i * step + step);
  return secret;
}

const HashSecret kSecret = secret_from(3);

std::string verbatim(const Caller& caller) {
  return partition_of(Lane::verbatim, caller, kSecret);
}

Caller with_api_key(std::string_view key) {
  Caller caller;
  caller.api_key = key;
  return caller;
}

Caller with_token(std::string_view token, std::string_view account) {
  Caller caller;
  caller.bearer = token;
  caller.account_id = account;
  return caller;
}

TEST(Partition, IsLocalInTheRewrittenLane) {
  EXPECT_EQ(partition_of(Lane::rewritten, {}, kSecret), "local");
  EXPECT_EQ(partition_of(Lane::rewritten, with_api_key("sk"), kSecret), "local");
}

TEST(Partition, IsTheBrokerKeysNameWhenThereIsOne) {
  Caller caller = with_api_key("sk");
  caller.broker_key_name = "anna";
  EXPECT_EQ(verbatim(caller), "anna");
  EXPECT_EQ(partition_of(Lane::rewritten, caller, kSecret), "anna");
}

TEST(Partition, KeepsApiKeysApartWithoutHoldingThem) {
  const std::string partition = verbatim(with_api_key("sk-ant-1"));
  EXPECT_EQ(partition, verbatim(with_api_key("sk-ant-1")));
  EXPECT_NE(partition, verbatim(with_api_key("sk-ant-2")));
  EXPECT_EQ(partition.find("sk-ant-1"), std::string::npos);
  EXPECT_NE(partition, partition_of(Lane::verbatim, with_api_key("sk-ant-1"), secret_from(5)));
}

TEST(Partition, FollowsTheAccountWhileTokensRotate) {
  EXPECT_EQ(verbatim(with_token("t1", "acc")), verbatim(with_token("t2", "acc")));
  EXPECT_NE(verbatim(with_token("t1", "acc")), verbatim(with_token("t1", "other")));
  EXPECT_NE(verbatim(with_token("t1", "")), verbatim(with_token("t2", "")));
}

TEST(Partition, AnAccountCountsOnlyWithAToken) {
  EXPECT_NE(verbatim(with_token("", "acc")), verbatim(with_token("t", "acc")));
  EXPECT_EQ(verbatim(with_token("", "acc")), verbatim({}));
}

TEST(Partition, OneKindOfSecretCannotPassForAnother) {
  EXPECT_NE(verbatim(with_api_key("x")), verbatim(with_token("x", "")));
  EXPECT_NE(verbatim(with_token("x", "")), verbatim(with_token("y", "x")));
}

}  // namespace
}  // namespace anyclaude
