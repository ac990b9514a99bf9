#include "cache/cache_status.h"

#include <gtest/gtest.h>

#include <set>

#include "cache/admission.h"

namespace anyclaude {
namespace {

// Every value has a name of its own, and none is left out.
template <typename Enum>
void expect_names(std::size_t count) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < count; ++i) names.insert(name_of(static_cast<Enum>(i)));
  EXPECT_EQ(names.size(), count);
  EXPECT_FALSE(names.contains(""));
}

TEST(CacheVocabulary, EveryValueHasANameOfItsOwn) {
  expect_names<CacheStatus>(4);
  expect_names<BypassReason>(kBypassReasons.size());
  expect_names<MissReason>(kMissReasons.size());
  expect_names<AdmissionVerdict>(kAdmissionVerdicts.size());
}

TEST(CacheVocabulary, AValueOutsideAnEnumerationHasNoName) {
  EXPECT_EQ(name_of(static_cast<MissReason>(kMissReasons.size())), "");
}

TEST(CacheVocabulary, IsSpelledAsUsersReadIt) {
  EXPECT_EQ(name_of(CacheStatus::hit), "HIT");
  EXPECT_EQ(name_of(CacheStatus::coalesced), "COALESCED");
  EXPECT_EQ(name_of(BypassReason::no_store_with_no_cache), "no_store");
}

}  // namespace
}  // namespace anyclaude
