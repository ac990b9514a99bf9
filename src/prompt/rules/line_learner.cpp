#include "prompt/rules/line_learner.h"

#include <algorithm>

#include "base/byte_codec.h"

namespace anyclaude {
namespace {

constexpr std::size_t kTextsMax = 96;
constexpr std::size_t kTextBytesMax = 64 * 1024;
constexpr std::size_t kSightingsMax = 256;
// More lines than this, and it is another text.
constexpr std::size_t kChangedLinesMax = 6;
constexpr std::size_t kBeginningBytesMax = 120;
constexpr std::size_t kExampleBytesMax = 120;

std::size_t common_beginning(std::string_view left, std::string_view right) {
  const auto end = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  return static_cast<std::size_t>(end.first - left.begin());
}

std::size_t count_lines(std::string_view text) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

// The first line of `rest`, which goes on behind it.
std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

// Cut before a character that is not whole.
std::string_view whole_characters(std::string_view text, std::size_t bytes_max) {
  std::size_t size = std::min(text.size(), bytes_max);
  while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

// Where a time or a counter changes its last digits, its first ones are no part of what tells the line.
std::string_view without_number_end(std::string_view beginning) {
  const std::size_t last = beginning.find_last_not_of("0123456789abcdefABCDEF:.-+TZ");
  const std::size_t digits = beginning.find_last_of("0123456789");
  if (digits == beginning.npos || (last != beginning.npos && digits < last)) return beginning;
  return last == beginning.npos ? std::string_view() : beginning.substr(0, last + 1);
}

}  // namespace

std::vector<LearnedLine> LineLearner::observe(TextPlace place, std::string_view owner, std::string_view text,
                                              std::string_view project) {
  if (text.empty() || text.size() > kTextBytesMax) return {};
  const Digest128 digest = keyed_digest(text, secret_);
  const auto same = std::ranges::find_if(texts_, [&](const KnownText& known) {
    return known.digest == digest && known.place == place && known.owner == owner;
  });
  if (same != texts_.end()) {
    if (same->project != project) same->project.clear();
    std::rotate(texts_.begin(), same, same + 1);
    return {};
  }
  changed_ = true;
  std::vector<Run> changed;
  std::vector<LearnedLine> learned;
  if (KnownText* known = most_alike(place, owner, text, changed)) {
    // A spot is identified by what both texts have in common.
    if (known->project != project) known->project.clear();
    learned = note_changes(*known, text, changed);
    known->text = text;
    known->digest = digest;
    known->project = project;
  } else {
    texts_.push_front(
        {place, std::string(owner), std::string(text), digest, count_lines(text), std::string(project)});
    if (texts_.size() > kTextsMax) texts_.pop_back();
  }
  return learned;
}

// The known text with the fewest lines changed, no line more or less.
LineLearner::KnownText* LineLearner::most_alike(TextPlace place, std::string_view owner,
                                                std::string_view text, std::vector<Run>& changed) {
  const std::vector<std::string_view> lines = split_lines(text);
  KnownText* best = nullptr;
  std::size_t fewest = std::min(kChangedLinesMax, lines.size() / 2) + 1;
  for (KnownText& known : texts_) {
    if (known.place != place || known.owner != owner) continue;
    if (known.lines != lines.size()) continue;
    std::vector<Run> runs;
    std::size_t count = 0;
    // Line by line, so that texts that differ from the beginning cost no more than their beginning.
    std::string_view before = known.text;
    for (std::size_t i = 0; i < lines.size() && count < fewest; ++i) {
      if (lines[i] == take_line(before)) continue;
      ++count;
      if (!runs.empty() && runs.back().first + runs.back().count == i) {
        ++runs.back().count;
      } else {
        runs.push_back({i, 1});
      }
    }
    if (count >= fewest) continue;
    fewest = count;
    best = &known;
    changed = std::move(runs);
  }
  return best;
}

std::vector<LearnedLine> LineLearner::note_changes(const KnownText& known, std::string_view text,
                                                   const std::vector<Run>& changed) {
  const std::vector<std::string_view> before = split_lines(known.text);
  const std::vector<std::string_view> lines = split_lines(text);
  const std::vector<LineMark> marks = mark_lines(lines, secret_);
  std::vector<LearnedLine> learned;
  for (const Run& run : changed) {
    const std::string_view line = lines[run.first];
    const std::string_view beginning =
        without_number_end(whole_characters(line, common_beginning(line, before[run.first])));
    Sighted& sighted = sight({known.place, known.owner, mark_above(lines, marks, run.first),
                              mark_below(lines, marks, run.first + run.count), run.count,
                              std::string(whole_characters(beginning, kBeginningBytesMax))},
                             known.project);
    if (++sighted.sightings < kSightingsToLearn) continue;
    LearnedLine found;
    found.spot = sighted.spot;
    found.sightings = sighted.sightings;
    found.project = sighted.project;
    found.example = whole_characters(line, kExampleBytesMax);
    learned.push_back(std::move(found));
    sighted.sightings = 0;  // should it be forgotten, it takes three more
  }
  return learned;
}

LineLearner::Sighted& LineLearner::sight(LineSpot spot, const std::string& project) {
  const auto known =
      std::ranges::find_if(sightings_, [&](const Sighted& sighted) { return same_spot(sighted.spot, spot); });
  if (known == sightings_.end()) {
    sightings_.push_front({std::move(spot), 1, project});
    if (sightings_.size() > kSightingsMax) sightings_.pop_back();
    return sightings_.front();
  }
  std::rotate(sightings_.begin(), known, known + 1);
  // Its neighbours are those seen last; of its beginning only what every sighting had.
  if (sightings_.front().project != project) sightings_.front().project.clear();
  LineSpot& kept = sightings_.front().spot;
  spot.starts_with.resize(common_beginning(spot.starts_with, kept.starts_with));
  kept = std::move(spot);
  return sightings_.front();
}

std::string LineLearner::encode() const {
  ByteWriter out;
  out.list(texts_, [&out](const KnownText& known) {
    out.number(static_cast<std::uint64_t>(known.place));
    out.text(known.owner);
    out.text(known.text);
  });
  out.list(sightings_, [&out](const Sighted& sighted) {
    LearnedLine line;
    line.spot = sighted.spot;
    line.sightings = sighted.sightings;
    out.text(encode_learned_line(line));
  });
  return out.take();
}

void LineLearner::decode(std::string_view bytes) {
  texts_.clear();
  sightings_.clear();
  changed_ = false;
  ByteReader in(bytes);
  in.list([&] {
    KnownText known;
    known.place = static_cast<TextPlace>(std::min<std::uint64_t>(in.number(), kTextPlaceCount - 1));
    known.owner = in.text();
    known.text = in.text();
    known.digest = keyed_digest(known.text, secret_);
    known.lines = count_lines(known.text);
    texts_.push_back(std::move(known));
  });
  in.list([&] {
    if (const auto line = decode_learned_line(in.text()))
      sightings_.push_back({line->spot, line->sightings, {}});
  });
  if (in.complete()) return;
  texts_.clear();
  sightings_.clear();
}

bool LineLearner::take_changed() {
  return std::exchange(changed_, false);
}

}  // namespace anyclaude
