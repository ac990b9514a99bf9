// What a store costs as it grows: store [--entries 1000,10000,...] [--bytes 600] [--lookups 20000].
//
// For each number of entries a store is filled, closed, opened, read at random before and after every page
// was seen, half emptied under a reader's eyes, held to half of what is left, and emptied. Prints one line
// each, in the order of the columns.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "storage/lmdb/lmdb_store.h"

namespace anyclaude {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Conditions {
  std::vector<std::uint64_t> entries{1'000, 10'000, 100'000, 1'000'000};
  std::size_t message_bytes = 600;
  std::uint64_t lookups = 20'000;
};

struct Figures {
  double fill_per_s = 0;
  double open_ms = 0;
  double lookups_per_s = 0;
  double first_p50_us = 0;  // of the first lookups after opening: most pages are new to the process
  double p50_us = 0;        // when every page has been seen once
  double p99_us = 0;
  double anonymous_mb = 0;  // memory that is not page cache; -1 where the system does not tell
  double purge_half_s = 0;
  double stall_ms = 0;       // the longest lookup meanwhile
  double idle_stall_ms = 0;  // the longest in as much time without it: what the machine adds
  double evicted_per_s = 0;
  double purge_all_s = 0;
  double file_mb = 0;
  double used_mb = 0;
  double record_mb = 0;
};

double seconds_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

CacheKey key_number(std::uint64_t number) {
  std::mt19937_64 random(number);
  return {{random(), random()}, {random(), random()}};
}

StoredResponse answer_number(const Clock& clock, std::uint64_t number, std::size_t bytes) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::mt19937_64 random(~number);
  std::string text(bytes, ' ');
  for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
  StoredResponse response;
  response.message_json = R"({"type":"message","role":"assistant","content":[{"type":"text","text":")" +
                          text + R"("}],"stop_reason":"end_turn"})";
  response.model = "qwen2.5-coder-32b-instruct";
  response.canonical_sha256 = std::string(64, 'a');
  response.created_at_ms = unix_milliseconds(clock.system_now());
  response.expires_at_ms = response.created_at_ms + 24 * 3'600'000;
  response.input_tokens = 21'000;
  response.output_tokens = 42;
  return response;
}

double anonymous_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::strtod(line.c_str() + 8, nullptr) / 1024;
  return -1;
}

template <typename T>
T must(Result<T> result, std::string_view doing) {
  if (!result) {
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(doing.size()), doing.data(),
                 result.error().message.c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// Looks up at random until it is told to stop, with pauses, as requests have them: a thread that never rests
// would measure how the machine shares its processors.
class PacedReader {
 public:
  PacedReader(ResponseStore& store, std::uint64_t entries)
      : thread_([this, &store, entries] { read(store, entries); }) {}
  // The longest lookup, in milliseconds.
  double stop() {
    done_ = true;
    thread_.join();
    return worst_ms_;
  }

 private:
  static constexpr std::chrono::microseconds kPause{200};

  void read(ResponseStore& store, std::uint64_t entries) {
    std::mt19937_64 random(8);
    while (!done_) {
      const CacheKey key = key_number(random() % entries);
      const auto begin = SteadyClock::now();
      must(store.find(key), "lookup");
      worst_ms_ = std::max(worst_ms_, seconds_since(begin) * 1e3);
      std::this_thread::sleep_for(kPause);
    }
  }

  std::atomic<bool> done_{false};
  double worst_ms_ = 0;
  std::thread thread_;
};

class StoreBench {
 public:
  StoreBench(const Conditions& conditions, std::uint64_t entries)
      : conditions_(conditions), entries_(entries) {
    std::string pattern = (std::filesystem::temp_directory_path() / "anyclaude-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::exit(1);
    directory_ = pattern;
  }
  ~StoreBench() {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  Figures run() {
    fill();
    reopen();
    look_up();
    purge_half();
    evict();
    purge_all();
    return figures_;
  }

 private:
  static constexpr std::uint64_t kUnflushedMax = 4'096;  // what waits in memory is not the store's

  void open(std::uint64_t bytes_max) {
    store_ = must(LmdbStore::open({.directory = directory_, .bytes_max = bytes_max}, clock_), "open");
  }

  void fill() {
    open(roomy());
    const auto begin = SteadyClock::now();
    for (std::uint64_t number = 0; number < entries_;) {
      const auto committed = store_->responses()
                                 .begin_write(key_number(number))
                                 ->commit(answer_number(clock_, number, conditions_.message_bytes));
      if (committed) ++number;
      if (!committed || number % kUnflushedMax == 0) must(store_->responses().flush(), "fill");
    }
    must(store_->responses().flush(), "fill");
    figures_.fill_per_s = static_cast<double>(entries_) / seconds_since(begin);
    const StoreStats stats = must(store_->responses().stats(), "stats");
    figures_.file_mb = static_cast<double>(stats.file_bytes) / 1e6;
    figures_.used_mb = static_cast<double>(stats.used_bytes) / 1e6;
    figures_.record_mb = static_cast<double>(stats.record_bytes) / 1e6;
  }

  void reopen() {
    store_.reset();
    const auto begin = SteadyClock::now();
    open(roomy());
    figures_.open_ms = seconds_since(begin) * 1e3;
  }

  void look_up() {
    const std::vector<double> first = sorted_lookups(std::min<std::uint64_t>(entries_, 10'000));
    figures_.first_p50_us = first[first.size() / 2];
    must(store_->maintenance().verify(), "verify");
    const std::vector<double> times = sorted_lookups(conditions_.lookups);
    const double sum = std::accumulate(times.begin(), times.end(), 0.0);
    figures_.lookups_per_s = static_cast<double>(times.size()) / sum * 1e6;
    figures_.p50_us = times[times.size() / 2];
    figures_.p99_us = times[times.size() * 99 / 100];
    figures_.anonymous_mb = anonymous_megabytes();
  }

  // Microseconds.
  std::vector<double> sorted_lookups(std::uint64_t count) {
    std::mt19937_64 random(count);
    std::vector<double> times;
    times.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      const CacheKey key = key_number(random() % entries_);
      const auto begin = SteadyClock::now();
      if (!must(store_->responses().find(key), "lookup")) std::exit(1);
      times.push_back(seconds_since(begin) * 1e6);
    }
    std::sort(times.begin(), times.end());
    return times;
  }

  void purge_half() {
    PacedReader reader(store_->responses(), entries_);
    const auto begin = SteadyClock::now();
    const PurgeResult purged =
        must(store_->maintenance().purge([](const EntryInfo& info) { return info.key.low % 2 == 0; },
                                         PurgeMode::remove),
             "purge");
    const auto took = SteadyClock::now() - begin;
    figures_.stall_ms = reader.stop();
    figures_.purge_half_s = std::chrono::duration<double>(took).count();
    PacedReader undisturbed(store_->responses(), entries_);
    std::this_thread::sleep_for(took);
    figures_.idle_stall_ms = undisturbed.stop();
    if (purged.entries < entries_ / 3) std::exit(1);
  }

  void evict() {
    const StoreStats before = must(store_->responses().stats(), "stats");
    store_.reset();
    open(std::max<std::uint64_t>(before.record_bytes / 2, 1'000));
    const auto begin = SteadyClock::now();
    StoreStats now = must(store_->responses().stats(), "stats");
    while (now.record_bytes > now.bytes_max) {
      must(store_->responses().flush(), "evict");
      now = must(store_->responses().stats(), "stats");
    }
    figures_.evicted_per_s = static_cast<double>(before.entries - now.entries) / seconds_since(begin);
  }

  void purge_all() {
    const auto begin = SteadyClock::now();
    must(store_->maintenance().purge_all(PurgeMode::remove), "purge all");
    figures_.purge_all_s = seconds_since(begin);
  }

  std::uint64_t roomy() const { return entries_ * (conditions_.message_bytes + 1'500) + (64ull << 20); }

  const Conditions& conditions_;
  const std::uint64_t entries_;
  const RealClock clock_;
  std::filesystem::path directory_;
  std::unique_ptr<LmdbStore> store_;
  Figures figures_;
};

bool read_conditions(int count, char** words, Conditions& conditions) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view word = words[i];
    const std::string value = words[i + 1];
    if (word == "--entries") {
      conditions.entries.clear();
      std::istringstream numbers(value);
      for (std::string number; std::getline(numbers, number, ',');)
        conditions.entries.push_back(std::strtoull(number.c_str(), nullptr, 10));
    } else if (word == "--bytes") {
      conditions.message_bytes = std::strtoull(value.c_str(), nullptr, 10);
    } else if (word == "--lookups") {
      conditions.lookups = std::strtoull(value.c_str(), nullptr, 10);
    } else {
      return false;
    }
  }
  return count % 2 == 1;
}

int run(int count, char** words) {
  Conditions conditions;
  if (!read_conditions(count, words, conditions)) {
    std::fprintf(stderr, "usage: store [--entries N,N] [--bytes N] [--lookups N]\n");
    return 2;
  }
  std::printf("Answers of %zu bytes of noise; %llu lookups at random, one thread; %u processors.\n",
              conditions.message_bytes, static_cast<unsigned long long>(conditions.lookups),
              std::thread::hardware_concurrency());
  std::printf("%9s %9s %8s %10s %8s %7s %7s %8s %8s %8s %8s %9s %9s %8s %8s %8s\n", "entries", "fill/s",
              "open ms", "lookups/s", "first us", "p50 us", "p99 us", "anon MB", "half s", "stall ms",
              "idle ms", "evict/s", "all s", "rec MB", "used MB", "file MB");
  for (const std::uint64_t entries : conditions.entries) {
    const Figures f = StoreBench(conditions, entries).run();
    std::printf(
        "%9llu %9.0f %8.1f %10.0f %8.1f %7.1f %7.1f %8.1f %8.2f %8.2f %8.2f %9.0f %9.3f %8.1f %8.1f %8.1f\n",
        static_cast<unsigned long long>(entries), f.fill_per_s, f.open_ms, f.lookups_per_s, f.first_p50_us,
        f.p50_us, f.p99_us, f.anonymous_mb, f.purge_half_s, f.stall_ms, f.idle_stall_ms, f.evicted_per_s,
        f.purge_all_s, f.record_mb, f.used_mb, f.file_mb);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace anyclaude

int main(int count, char** words) {
  return anyclaude::run(count, words);
}
