#include "base/error.h"

#include <gtest/gtest.h>

#include <set>

namespace anyclaude {
namespace {

TEST(Error, CarriesWhatItWasMadeFrom) {
  const Status status = fail(ErrorKind::full, ErrorSource::store, "The store is full", Retry::later);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().kind, ErrorKind::full);
  EXPECT_EQ(status.error().source, ErrorSource::store);
  EXPECT_EQ(status.error().retry, Retry::later);
  EXPECT_EQ(status.error().message, "The store is full");
}

TEST(Error, KindsHaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::internal); ++kind)
    names.insert(name_of(static_cast<ErrorKind>(kind)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorKind::internal) + 1);
}

}  // namespace
}  // namespace anyclaude
