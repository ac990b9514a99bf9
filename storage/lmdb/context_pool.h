// Contexts of the compression library, which are costly to make, lent out and taken back.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace anyclaude::lmdb {

// Thread-safe. Keeps at most `kept_max` contexts while they are not in use; must outlive every lease.
template <typename Context, Context* (*make)(), std::size_t (*release)(Context*)>
class ContextPool {
 public:
  struct Release {
    void operator()(Context* context) const { release(context); }
  };
  using Owned = std::unique_ptr<Context, Release>;

  class Lease {
   public:
    Lease(ContextPool& pool, Owned context) : pool_(pool), context_(std::move(context)) {}
    ~Lease() { pool_.give_back(std::move(context_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Context* get() const { return context_.get(); }

   private:
    ContextPool& pool_;
    Owned context_;
  };

  explicit ContextPool(std::size_t kept_max) : kept_max_(kept_max) { idle_.reserve(kept_max); }

  // Throws std::bad_alloc, like any other lack of memory.
  Lease lend() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Owned context = std::move(idle_.back());
        idle_.pop_back();
        return Lease(*this, std::move(context));
      }
    }
    Owned context(make());
    if (!context) throw std::bad_alloc();
    return Lease(*this, std::move(context));
  }

 private:
  void give_back(Owned context) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kept_max_) idle_.push_back(std::move(context));
  }

  const std::size_t kept_max_;
  std::mutex mutex_;
  std::vector<Owned> idle_;
};

}  // namespace anyclaude::lmdb
