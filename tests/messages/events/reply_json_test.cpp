#include "messages/events/reply_json.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

TEST(ReplyJson, RepairsTextThatIsNotUtf8) {
  EXPECT_TRUE(parse_reply_json("{\"a\":\"\xff\"}").is_discarded());
  EXPECT_EQ(parse_reply_json(repaired_json_text("{\"a\":\"x\xff\xC3\xA9\"}"))["a"], "x\xEF\xBF\xBD\xC3\xA9");
  EXPECT_EQ(parse_reply_json(repaired_json_text(R"({"a":"\ud83dx \ud83d\ude00 \\ud83d \ude00"})"))["a"],
            "\xEF\xBF\xBDx \xF0\x9F\x98\x80 \\ud83d \xEF\xBF\xBD");
}

TEST(ReplyJson, KnowsWhichNumbersItKeeps) {
  EXPECT_TRUE(keeps_its_numbers(R"({"a":123456789012345678,"b":-1.5e3,"s":"12345678901234567890123"})"));
  EXPECT_FALSE(keeps_its_numbers(R"([12345678901234567890123])"));
  EXPECT_FALSE(keeps_its_numbers(R"([0.12345678901234567])"));
}

}  // namespace
}  // namespace anyclaude
