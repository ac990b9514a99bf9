// Shows on a terminal how far long work has come.
#pragma once

#include <chrono>
#include <string>

#include "base/clock.h"
#include "storage/response_store.h"
#include "tools/cachectl/console.h"

namespace anyclaude::cachectl {

// One line on `console.err`, drawn over itself, and wiped when the object goes. Nothing at all when that is
// not a terminal, and nothing for work that is done within kQuietTime. One thread at a time.
class ProgressBar {
 public:
  static constexpr std::chrono::milliseconds kQuietTime{300};
  static constexpr std::chrono::milliseconds kRedrawTime{100};

  // `what` is being done: "verify".
  ProgressBar(const Console& console, const Clock& clock, std::string what);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(const Progress& progress);
  // For the store's long calls; refers to this object. Never stops the work.
  ProgressReport report();

 private:
  const Console& console_;
  const Clock& clock_;
  const std::string what_;
  SteadyTime next_draw_;
  bool drawn_ = false;
};

}  // namespace anyclaude::cachectl
