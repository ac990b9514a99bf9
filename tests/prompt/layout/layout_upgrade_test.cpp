// Rows of layouts that the first edition wrote, and rows of editions to come.
#include <gmock/gmock.h>

#include "base/byte_codec.h"
#include "prompt/layout/layout_book.h"
#include "prompt/order_support.h"

namespace anyclaude {
namespace {

// The one row of layouts that is stored.
std::pair<std::string, std::string> only_row(StateStore& store) {
  std::pair<std::string, std::string> row;
  EXPECT_TRUE(store.for_each(kLayoutsTable, [&row](std::string_view key, std::string_view value) {
    row = {std::string(key), std::string(value)};
    return true;
  }));
  return row;
}

// A conversation of two turns whose first is stored, with what `change` makes of its row.
template <typename Change>
std::pair<std::string, std::string> prompts_around(LayerFixture& fixture, Change change) {
  const Json first = recorded("other_prompt/0002");
  std::string before = rendered_prompt(fixture.ordered(first));
  EXPECT_TRUE(fixture.layer->flush());
  const auto [key, row] = only_row(fixture.store->states());
  EXPECT_TRUE(fixture.store->states().put(kLayoutsTable, key, change(row)));
  fixture.layer->forget();
  std::string after = rendered_prompt(fixture.ordered(with_turn(first, "yes", "and more")));
  return {std::move(before), std::move(after)};
}

std::string as_of_the_first_edition(const std::string& row) {
  auto layouts = decode_layouts(row);
  for (ConversationLayout& layout : layouts.value()) {
    layout.tool_spellings.clear();
    layout.turn_spellings.clear();
    layout.answer_spelling.reset();
  }
  // A section of empty spellings: number and length, then two empty lists and a zero for each layout.
  std::vector<std::shared_ptr<const ConversationLayout>> shared;
  for (ConversationLayout& layout : *layouts)
    shared.push_back(std::make_shared<const ConversationLayout>(std::move(layout)));
  const std::string encoded = encode_layouts(shared);
  return encoded.substr(0, encoded.size() - 16 - 24 * shared.size());
}

TEST(LayoutUpgrade, ARowOfTheFirstEditionGoesOn) {
  LayerFixture fixture;
  const auto [before, after] = prompts_around(fixture, as_of_the_first_edition);
  EXPECT_TRUE(fixture.report.continues);
  EXPECT_TRUE(after.starts_with(before));
}

TEST(LayoutUpgrade, ASectionThatIsNotKnownIsPassedOver) {
  LayerFixture fixture;
  const auto [before, after] = prompts_around(fixture, [](const std::string& row) {
    ByteWriter section;
    section.number(77);
    section.text("what a later edition keeps");
    return row + section.take();
  });
  EXPECT_TRUE(fixture.report.continues);
  EXPECT_TRUE(after.starts_with(before));
}

TEST(LayoutUpgrade, ATornRowIsNoRow) {
  LayerFixture fixture;
  (void)prompts_around(fixture, [](const std::string& row) { return row.substr(0, row.size() - 3); });
  EXPECT_FALSE(fixture.report.continues);
}

// What the first edition did with a row: read the list, and take anything behind it for damage.
TEST(LayoutUpgrade, TheFirstEditionTakesARowForBrokenAndNotForAnother) {
  LayerFixture fixture;
  (void)prompts_around(fixture, [](const std::string& row) {
    EXPECT_GT(row.size(), as_of_the_first_edition(row).size());
    EXPECT_TRUE(row.starts_with(as_of_the_first_edition(row)));
    return row;
  });
}

}  // namespace
}  // namespace anyclaude
