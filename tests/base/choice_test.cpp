#include "base/choice.h"

#include <gtest/gtest.h>

#include "base/user_choices.h"

namespace anyclaude {
namespace {

template <typename Enum>
void expect_words_to_come_back() {
  for (const auto& choice : choices(Enum{})) {
    EXPECT_EQ(word_of(choice.value), choice.name);
    EXPECT_EQ(choice_of<Enum>(choice.name), choice.value) << "two choices have one word or one value";
  }
}

TEST(Choices, HaveAWordEachThatComesBack) {
  expect_words_to_come_back<CacheMode>();
  expect_words_to_come_back<OrderingLevel>();
  expect_words_to_come_back<TraceDetail>();
  expect_words_to_come_back<SideRequestHandling>();
  expect_words_to_come_back<Api>();
  EXPECT_EQ(choice_of<CacheMode>("read_only"), CacheMode::read_only);
  EXPECT_EQ(choice_of<CacheMode>("Read_only"), std::nullopt);
  EXPECT_EQ(choice_of<CacheMode>(""), std::nullopt);
}

TEST(Choices, AFaultNamesWhatIsAllowedAndWhatIsNear) {
  EXPECT_EQ(choice_fault<CacheMode>("readonly"),
            "must be one of on, off, read_only, write_only; the nearest is 'read_only'");
  EXPECT_EQ(choice_fault<Api>(""), "must be one of openai, anthropic");
}

}  // namespace
}  // namespace anyclaude
