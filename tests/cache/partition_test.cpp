#include "cache/partition.h"

#include <gtest/gtest.h>

#include <vector>

namespace anyclaude {
namespace {

HashSecret secret_from(std::size_t step) {
  HashSecret secret;
  for (std::size_t i = 0; i < HashSecret::kBytes; ++i)
    secret.bytes[i] = static_cast<unsigned char>(i * i * step + step);
  return secret;
}

const HashSecret kSecret = secret_from(3);

using Lines = std::vector<HeaderLine>;

std::string verbatim(const Lines& credentials, const HashSecret& secret = kSecret) {
  return partition_of(Lane::verbatim, {{}, credentials}, secret);
}

TEST(Partition, IsLocalInTheRewrittenLane) {
  const Lines key{{"x-api-key", "sk"}};
  EXPECT_EQ(partition_of(Lane::rewritten, {}, kSecret), "local");
  EXPECT_EQ(partition_of(Lane::rewritten, {{}, key}, kSecret), "local");
}

TEST(Partition, IsTheBrokerKeysNameWhenThereIsOne) {
  const Lines key{{"x-api-key", "sk"}};
  EXPECT_EQ(partition_of(Lane::verbatim, {"anna", key}, kSecret), "anna");
  EXPECT_EQ(partition_of(Lane::rewritten, {"anna", key}, kSecret), "anna");
}

TEST(Partition, KeepsCredentialsApartWithoutHoldingThem) {
  const std::string partition = verbatim({{"x-api-key", "sk-ant-1"}});
  EXPECT_EQ(partition, verbatim({{"x-api-key", "sk-ant-1"}}));
  EXPECT_NE(partition, verbatim({{"x-api-key", "sk-ant-2"}}));
  EXPECT_EQ(partition.find("sk-ant-1"), std::string::npos);
  EXPECT_NE(partition, verbatim({{"x-api-key", "sk-ant-1"}}, secret_from(5)));
}

TEST(Partition, NoLineCanPassForAnother) {
  const std::vector<Lines> callers = {{},
                                      {{"x-api-key", ""}},
                                      {{"x-api-key", "x"}},
                                      {{"authorization", "x"}},
                                      {{"x-api-key", "x"}, {"x-api-key", "y"}},
                                      {{"x-api-key", "y"}, {"x-api-key", "x"}},
                                      {{"x-api-key", "xy"}},
                                      {{"authorization", "x"}, {"x-api-key", "x"}},
                                      {{"authorization", "xx-api-keyx"}}};
  for (std::size_t i = 0; i < callers.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_NE(verbatim(callers[i]), verbatim(callers[j])) << i << " " << j;
}

}  // namespace
}  // namespace anyclaude
