#include "messages/json/plain_json.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

TEST(PlainlyRespelledJson, LeavesJsonAlone) {
  const std::string json = R"({"a": "True, 'x' ,}", "b": [1, null]})";
  EXPECT_EQ(plainly_respelled_json(json), json);
}

TEST(PlainlyRespelledJson, SpellsAsJsonDoes) {
  EXPECT_EQ(plainly_respelled_json("{'a': True, 'b': [None, False,], }"),
            R"({"a": true, "b": [null, false] })");
  EXPECT_EQ(plainly_respelled_json("{'a': 'it\\'s \"so\"'}"), R"({"a": "it's \"so\""})");
  EXPECT_EQ(plainly_respelled_json("{\"a\": \"1\n\t2\x01\"}"), R"({"a": "1\n\t2\u0001"})");
  EXPECT_EQ(plainly_respelled_json("{\"a"), std::nullopt);
}

}  // namespace
}  // namespace anyclaude
