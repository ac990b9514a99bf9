// Lines that turned out to vary although no rule names them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "prompt/rules/text_lines.h"
#include "prompt/rules/volatile_rules.h"
#include "storage/state_store.h"

namespace anyclaude {

// A spot in a text: so many lines between two neighbours, the first of them beginning with a known text. The
// neighbours are the nearest lines above and below that are not blank.
struct LineSpot {
  TextPlace place = TextPlace::system;
  std::string owner;  // the tool's name; empty elsewhere
  LineMark above = 0;
  LineMark below = 0;
  std::uint64_t lines = 1;
  std::string starts_with;
};

// Spots are the same when both neighbours are, or one of them and a beginning that says something.
bool same_spot(const LineSpot& left, const LineSpot& right);

struct LearnedLine {
  enum class Hold { learned, pinned };  // a pinned one is kept however many are learned

  std::string id;  // 16 hexadecimal digits
  LineSpot spot;
  std::uint64_t since = 0;  // applies to conversations that began at this count or later
  std::uint64_t sightings = 0;
  Hold hold = Hold::learned;
  std::string example;  // the first line as last seen, cut short
  std::string project;  // its name in the store, beside the row; empty: several, or not known
};

inline constexpr std::uint64_t kLearnedLinesMax = 64;
inline constexpr StateTable kLearnedLinesTable{"learned_lines", 1, kLearnedLinesMax, 4096};

std::string encode_learned_line(const LearnedLine& line);
std::optional<LearnedLine> decode_learned_line(std::string_view bytes);

// What is left where learned lines were taken out: always the same.
inline constexpr std::string_view kLearnedMarker = "[A line that keeps changing: see the session facts.]";

// The neighbours of lines [first, first + count).
LineMark mark_above(const std::vector<std::string_view>& lines, const std::vector<LineMark>& marks,
                    std::size_t first);
LineMark mark_below(const std::vector<std::string_view>& lines, const std::vector<LineMark>& marks,
                    std::size_t end);

// For each line whether a learned one has it.
std::vector<bool> claim_learned(const std::vector<LearnedLine>& learned, TextPlace place,
                                std::string_view owner, const std::vector<std::string_view>& lines,
                                const std::vector<LineMark>& marks);

}  // namespace anyclaude
