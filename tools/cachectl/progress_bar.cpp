#include "tools/cachectl/progress_bar.h"

#include <algorithm>
#include <utility>

namespace anyclaude::cachectl {
namespace {

constexpr std::size_t kCells = 30;
// To the start of the line, and wipes it.
constexpr const char* kFreshLine = "\r\x1b[K";

}  // namespace

ProgressBar::ProgressBar(const Console& console, const Clock& clock, std::string what)
    : console_(console), clock_(clock), what_(std::move(what)), next_draw_(clock.steady_now() + kQuietTime) {}

ProgressBar::~ProgressBar() {
  if (drawn_) console_.err << kFreshLine << std::flush;
}

void ProgressBar::show(const Progress& progress) {
  if (console_.messages == MessageOutput::other) return;
  const SteadyTime now = clock_.steady_now();
  if (now < next_draw_) return;
  next_draw_ = now + kRedrawTime;
  drawn_ = true;
  console_.err << kFreshLine << what_;
  if (progress.total > 0) {
    const double share =
        std::min(1.0, static_cast<double>(progress.done) / static_cast<double>(progress.total));
    const auto full = static_cast<std::size_t>(share * static_cast<double>(kCells));
    console_.err << " [" << std::string(full, '#') << std::string(kCells - full, '.') << "] "
                 << static_cast<int>(share * 100) << "% " << progress.done << " of " << progress.total;
  } else {
    console_.err << ' ' << progress.done;
  }
  console_.err << std::flush;
}

ProgressReport ProgressBar::report() {
  if (console_.messages == MessageOutput::other) return {};
  return [this](const Progress& progress) {
    show(progress);
    return true;
  };
}

}  // namespace anyclaude::cachectl
