// Every engine behind one face, so that one suite of tests holds all of them to the contract.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "storage/lmdb/lmdb_store.h"
#include "storage/memory/memory_store.h"
#include "tests/storage/temporary_directory.h"

namespace anyclaude {

class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual ResponseStore& responses() = 0;
  virtual ResponseStoreMaintenance& maintenance() = 0;
  virtual StateStore& states() = 0;
};

class MemoryUnderTest final : public StoreUnderTest {
 public:
  MemoryUnderTest(const Clock& clock, std::uint64_t bytes_max)
      : store_(MemoryStore::create(clock, bytes_max)) {}
  ResponseStore& responses() override { return store_->responses(); }
  ResponseStoreMaintenance& maintenance() override { return store_->maintenance(); }
  StateStore& states() override { return store_->states(); }

 private:
  std::unique_ptr<MemoryStore> store_;
};

class LmdbUnderTest final : public StoreUnderTest {
 public:
  LmdbUnderTest(const Clock& clock, std::uint64_t bytes_max) {
    auto opened = LmdbStore::open({.directory = directory_.path(), .bytes_max = bytes_max}, clock);
    if (!opened) ADD_FAILURE() << opened.error().message;
    store_ = std::move(*opened);
  }
  ResponseStore& responses() override { return store_->responses(); }
  ResponseStoreMaintenance& maintenance() override { return store_->maintenance(); }
  StateStore& states() override { return store_->states(); }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<LmdbStore> store_;
};

enum class Engine { memory, lmdb };

inline std::unique_ptr<StoreUnderTest> make_store(Engine engine, const Clock& clock,
                                                  std::uint64_t bytes_max = 1ull << 30) {
  if (engine == Engine::memory) return std::make_unique<MemoryUnderTest>(clock, bytes_max);
  return std::make_unique<LmdbUnderTest>(clock, bytes_max);
}

inline std::string engine_name(const testing::TestParamInfo<Engine>& info) {
  return info.param == Engine::memory ? "memory" : "lmdb";
}

}  // namespace anyclaude
