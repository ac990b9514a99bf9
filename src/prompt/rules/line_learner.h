// Watches texts that keep coming back, and learns which of their lines keep changing.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "prompt/rules/learned_line.h"

namespace anyclaude {

// A line has been sighted once when its text is first seen, and once more with each change. After the third
// sighting it is volatile, whatever it says; a line that changed once and stays is not.
inline constexpr std::uint64_t kSightingsToLearn = 3;

// Everything that encode() says, of every project: what it was sighted in is not written down, so it goes
// whole when any project is purged, and is sighted anew.
inline constexpr StateTable kSightingsTable{"line_sightings", 1, 8, 8 * 1024 * 1024};

// Not thread-safe. Bounded: the texts and spots longest unseen go first.
class LineLearner {
 public:
  explicit LineLearner(const HashSecret& secret) : secret_(secret) {}

  // `text` is what the rules left. Lines that were learned from it now, without id and `since`; with the name
  // of `project` when all their sightings were in its prompts.
  std::vector<LearnedLine> observe(TextPlace place, std::string_view owner, std::string_view text,
                                   std::string_view project = {});

  // Everything sighted so far, for a state table.
  std::string encode() const;
  // Nothing remembered when `bytes` cannot be read.
  void decode(std::string_view bytes);
  // Whether anything was sighted since this was last asked.
  bool take_changed();

 private:
  struct KnownText {
    TextPlace place = TextPlace::system;
    std::string owner;
    std::string text;
    Digest128 digest;
    std::size_t lines = 1;  // of the text
    std::string project;    // empty: several, or not known
  };
  struct Sighted {
    LineSpot spot;
    std::uint64_t sightings = 1;
    std::string project;  // likewise
  };
  struct Run {
    std::size_t first = 0;
    std::size_t count = 0;
  };

  KnownText* most_alike(TextPlace place, std::string_view owner, std::string_view text,
                        std::vector<Run>& changed);
  std::vector<LearnedLine> note_changes(const KnownText& known, std::string_view text,
                                        const std::vector<Run>& changed);
  Sighted& sight(LineSpot spot, const std::string& project);

  const HashSecret secret_;
  std::deque<KnownText> texts_;    // the one seen last in front
  std::deque<Sighted> sightings_;  // likewise
  bool changed_ = false;
};

}  // namespace anyclaude
