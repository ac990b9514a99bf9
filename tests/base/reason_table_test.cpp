#include "base/reason_table.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

enum class Color { red, green, blue };

template <std::size_t Count>
using Table = std::array<ReasonRow<Color>, Count>;

constexpr ReasonRow<Color> row(Color value, std::string_view name,
                               std::string_view happened = "It happened.") {
  return {value, {name, happened, kNothingToDo}};
}

constexpr Table<3> kWhole{{row(Color::red, "red"), row(Color::green, "green"), row(Color::blue, "blue")}};

TEST(ReasonTable, DescribesEveryValueOnce) {
  static_assert(describes_every_value(kWhole));
  static_assert(!describes_every_value(Table<2>{{row(Color::red, "red"), row(Color::green, "green")}}));
  static_assert(!describes_every_value(
      Table<3>{{row(Color::red, "red"), row(Color::blue, "blue"), row(Color::green, "green")}}));
  static_assert(!describes_every_value(
      Table<3>{{row(Color::red, "red"), row(Color::green, "red"), row(Color::blue, "blue")}}));
}

TEST(ReasonTable, WantsSentences) {
  static_assert(!describes_every_value(
      Table<3>{{row(Color::red, ""), row(Color::green, "green"), row(Color::blue, "blue")}}));
  static_assert(!describes_every_value(Table<3>{
      {row(Color::red, "red", "no sentence"), row(Color::green, "green"), row(Color::blue, "blue")}}));
}

TEST(ReasonTable, AnUnknownValueHasNoName) {
  EXPECT_EQ(reason_in(kWhole, Color::green).name, "green");
  EXPECT_EQ(reason_in(kWhole, static_cast<Color>(3)).name, "");
  EXPECT_EQ(reason_in(kWhole, static_cast<Color>(-1)).name, "");
}

}  // namespace
}  // namespace anyclaude
