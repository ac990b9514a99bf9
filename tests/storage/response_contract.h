// What the suites that hold every engine to its contract have in common.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/storage/answers.h"
#include "tests/storage/store_under_test.h"

namespace anyclaude {

class ResponseContract : public testing::TestWithParam<Engine> {
 protected:
  ResponseStore& responses() { return store_->responses(); }
  ResponseStoreMaintenance& maintenance() { return store_->maintenance(); }
  void put(std::uint64_t number, StoredResponse response) {
    const Status status = responses().begin_write(key_number(number))->commit(std::move(response));
    ASSERT_TRUE(status) << status.error().message;
  }
  std::optional<StoredResponse> find(std::uint64_t number) {
    auto found = responses().find(key_number(number));
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : std::nullopt;
  }
  std::vector<EntryInfo> listed() {
    std::vector<EntryInfo> out;
    EXPECT_TRUE(maintenance().for_each([&](const EntryInfo& info) {
      out.push_back(info);
      return true;
    }));
    return out;
  }
  StoreStats stats() { return responses().stats().value(); }
  void reopen_with(std::uint64_t bytes_max) { store_ = make_store(GetParam(), clock_, bytes_max); }

  FakeClock clock_;
  std::unique_ptr<StoreUnderTest> store_ = make_store(GetParam(), clock_);
};

}  // namespace anyclaude
