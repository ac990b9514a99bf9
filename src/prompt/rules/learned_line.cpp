#include "prompt/rules/learned_line.h"

#include <algorithm>
#include <cctype>

#include "base/byte_codec.h"

namespace anyclaude {
namespace {

constexpr LineMark kStartOfText = 1;
constexpr LineMark kEndOfText = 2;
constexpr std::size_t kTellingBytesMin = 6;
// More than any change that is learned from has; a record that says more is damaged.
constexpr std::size_t kSpotLinesMax = 64;

// For each place between lines, the first one in front of the text, the nearest lines that are not blank.
struct NeighbourMarks {
  std::vector<LineMark> above;
  std::vector<LineMark> below;
};

NeighbourMarks neighbour_marks(const std::vector<std::string_view>& lines,
                               const std::vector<LineMark>& marks) {
  NeighbourMarks found;
  found.above.assign(lines.size() + 1, kStartOfText);
  found.below.assign(lines.size() + 1, kEndOfText);
  for (std::size_t i = 0; i < lines.size(); ++i)
    found.above[i + 1] = is_blank(lines[i]) ? found.above[i] : marks[i];
  for (std::size_t i = lines.size(); i-- > 0;)
    found.below[i] = is_blank(lines[i]) ? found.below[i + 1] : marks[i];
  return found;
}

bool tells_something(std::string_view beginning) {
  return beginning.size() >= kTellingBytesMin && std::ranges::any_of(beginning, [](char c) {
           return std::isalpha(static_cast<unsigned char>(c)) != 0;
         });
}

}  // namespace

bool same_spot(const LineSpot& left, const LineSpot& right) {
  if (left.place != right.place || left.owner != right.owner || left.lines != right.lines) return false;
  const bool above = left.above == right.above;
  const bool below = left.below == right.below;
  if (above && below) return true;
  const bool same_beginning =
      tells_something(left.starts_with) && tells_something(right.starts_with) &&
      (left.starts_with.starts_with(right.starts_with) || right.starts_with.starts_with(left.starts_with));
  return same_beginning && (above || below);
}

std::string encode_learned_line(const LearnedLine& line) {
  ByteWriter out;
  out.text(line.id);
  out.number(static_cast<std::uint64_t>(line.spot.place));
  out.text(line.spot.owner);
  out.number(line.spot.above);
  out.number(line.spot.below);
  out.number(line.spot.lines);
  out.text(line.spot.starts_with);
  out.number(line.since);
  out.number(line.sightings);
  out.number(static_cast<std::uint64_t>(line.hold));
  out.text(line.example);
  return out.take();
}

std::optional<LearnedLine> decode_learned_line(std::string_view bytes) {
  ByteReader in(bytes);
  LearnedLine line;
  line.id = in.text();
  const std::uint64_t place = in.number();
  line.spot.place = static_cast<TextPlace>(std::min<std::uint64_t>(place, kTextPlaceCount - 1));
  line.spot.owner = in.text();
  line.spot.above = in.number();
  line.spot.below = in.number();
  line.spot.lines = in.number();
  line.spot.starts_with = in.text();
  line.since = in.number();
  line.sightings = in.number();
  line.hold = in.number() == 1 ? LearnedLine::Hold::pinned : LearnedLine::Hold::learned;
  line.example = in.text();
  if (!in.complete() || place >= kTextPlaceCount || line.spot.lines == 0) return std::nullopt;
  return line;
}

LineMark mark_above(const std::vector<std::string_view>& lines, const std::vector<LineMark>& marks,
                    std::size_t first) {
  while (first > 0)
    if (!is_blank(lines[--first])) return marks[first];
  return kStartOfText;
}

LineMark mark_below(const std::vector<std::string_view>& lines, const std::vector<LineMark>& marks,
                    std::size_t end) {
  for (; end < lines.size(); ++end)
    if (!is_blank(lines[end])) return marks[end];
  return kEndOfText;
}

std::vector<bool> claim_learned(const std::vector<LearnedLine>& learned, TextPlace place,
                                std::string_view owner, const std::vector<std::string_view>& lines,
                                const std::vector<LineMark>& marks) {
  std::vector<bool> claims(lines.size(), false);
  std::optional<NeighbourMarks> neighbours;
  for (const LearnedLine& rule : learned) {
    const LineSpot& spot = rule.spot;
    if (spot.place != place || spot.owner != owner || spot.lines > kSpotLinesMax) continue;
    if (!neighbours) neighbours = neighbour_marks(lines, marks);
    LineSpot here = spot;
    for (std::size_t i = 0; i + spot.lines <= lines.size(); ++i) {
      if (!lines[i].starts_with(spot.starts_with)) continue;
      here.above = neighbours->above[i];
      here.below = neighbours->below[i + spot.lines];
      if (!same_spot(spot, here)) continue;
      for (std::size_t k = i; k < i + spot.lines; ++k) claims[k] = true;
    }
  }
  return claims;
}

}  // namespace anyclaude
