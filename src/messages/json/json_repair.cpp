#include "messages/json/json_repair.h"

#include <simdjson.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/limits.h"

namespace anyclaude {
namespace {

constexpr std::string_view kReplacementEscape = "\\ufffd";
constexpr std::string_view kReplacementBytes = "\xEF\xBF\xBD";
constexpr std::string_view kLargestDouble = "1.7976931348623157e308";

bool is_number_character(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

bool is_high_surrogate(std::uint32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

bool is_low_surrogate(std::uint32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

// The code unit of a \uXXXX escape that starts at `at`.
std::optional<std::uint32_t> escape_unit(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  std::uint32_t unit = 0;
  const char* const end = text.data() + at + 6;
  const auto read = std::from_chars(text.data() + at + 2, end, unit, 16);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return unit;
}

template <typename Integer>
bool fits(std::string_view digits) {
  Integer value{};
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value);
  return read.ec == std::errc{} && read.ptr == end;
}

// Long places are named by their digest, so that a hostile body cannot make many of them large.
std::string compact(std::string place) {
  constexpr std::size_t kReadablePlaceBytesMax = 128;
  return place.size() <= kReadablePlaceBytesMax ? place : "~" + sha256_hex(place);
}

// Walks the tokens without judging the grammar, and knows at each where in the value it stands.
class Repairer {
 public:
  explicit Repairer(std::string_view text) : text_(text) {}

  RepairedJson run() {
    while (at_ < text_.size() && stack_.size() <= limits::kJsonDepthMax && !has_enough()) step();
    out_.text.append(text_.substr(copied_));
    return std::move(out_);
  }

 private:
  enum class Container { object, array };
  enum class Expecting { key, value };
  struct Frame {
    Container container;
    Expecting expecting;
    std::size_t index = 0;
    std::string_view key;              // as spelled, between its quotes
    std::optional<std::string> place;  // of the container itself, once it was asked for
  };

  bool has_enough() const { return out_.repairs.size() > limits::kJsonRepairsMax; }

  void step() {
    const char c = text_[at_];
    if (c == '"') return string();
    if (c == '-' || (c >= '0' && c <= '9')) return number();
    ++at_;
    if (c == '{') stack_.push_back({Container::object, Expecting::key, 0, {}, {}});
    if (c == '[') stack_.push_back({Container::array, Expecting::value, 0, {}, {}});
    if (stack_.empty()) return;
    Frame& top = stack_.back();
    if (c == '}' || c == ']') stack_.pop_back();
    if (c == ':') top.expecting = Expecting::value;
    if (c == ',') {
      ++top.index;
      if (top.container == Container::object) top.expecting = Expecting::key;
    }
  }

  void string() {
    const std::size_t start = ++at_;
    const std::size_t first_repair = out_.repairs.size();
    std::size_t replacements = 0;  // U+FFFD so far in this string, of any origin
    while (at_ < text_.size() && text_[at_] != '"' && !has_enough()) {
      if (text_[at_] == '\\') {
        escape(replacements);
      } else {
        if (text_.substr(at_).starts_with(kReplacementBytes)) ++replacements;
        ++at_;
      }
    }
    const std::string_view spelled = text_.substr(start, at_ - start);
    if (at_ < text_.size()) ++at_;
    const bool is_key = !stack_.empty() && stack_.back().container == Container::object &&
                        stack_.back().expecting == Expecting::key;
    if (is_key) stack_.back().key = spelled;
    if (first_repair == out_.repairs.size()) return;
    const std::string here = place() + (is_key ? "~key" : "");
    for (std::size_t i = first_repair; i < out_.repairs.size(); ++i)
      out_.repairs[i].place = here + out_.repairs[i].place;
  }

  void escape(std::size_t& replacements) {
    const auto unit = escape_unit(text_, at_);
    if (!unit) {
      at_ += 2;
      return;
    }
    if (*unit == 0xFFFD) ++replacements;
    if (is_high_surrogate(*unit)) {
      const auto next = escape_unit(text_, at_ + 6);
      if (next && is_low_surrogate(*next)) {
        at_ += 12;
        return;
      }
    }
    if (is_high_surrogate(*unit) || is_low_surrogate(*unit)) {
      replace(JsonRepair::Kind::lone_surrogate, 6, kReplacementEscape, "#" + std::to_string(replacements));
      ++replacements;
      return;
    }
    at_ += 6;
  }

  void number() {
    std::size_t end = at_;
    while (end < text_.size() && is_number_character(text_[end])) ++end;
    const std::string_view spelled = text_.substr(at_, end - at_);
    if (reads_as_number(spelled)) {
      at_ = end;
      return;
    }
    const std::string as_double = std::string(spelled) + ".0";
    const bool whole = spelled.find_first_not_of("0123456789", spelled[0] == '-' ? 1 : 0) == spelled.npos;
    std::string readable(spelled[0] == '-' ? "-" : "");
    readable += kLargestDouble;
    if (whole && reads_as_number(as_double)) {
      readable = as_double;
    } else if (!is_well_formed(spelled)) {
      at_ = end;
      return;
    }
    replace(JsonRepair::Kind::wide_number, spelled.size(), readable, "");
    out_.repairs.back().place = place();
  }

  bool reads_as_number(std::string_view spelled) {
    if (spelled.size() < 19 && spelled.find_first_of("eE") == spelled.npos) return true;
    if (fits<std::int64_t>(spelled) || fits<std::uint64_t>(spelled)) return true;
    return parser_.parse(spelled.data(), spelled.size()).error() == simdjson::SUCCESS;
  }

  // The grammar of RFC 8259, section 6.
  static bool is_well_formed(std::string_view spelled) {
    const auto digits = [&spelled] {
      const std::size_t count = std::min(spelled.find_first_not_of("0123456789"), spelled.size());
      spelled.remove_prefix(count);
      return count;
    };
    if (spelled.starts_with('-')) spelled.remove_prefix(1);
    const bool leading_zero = spelled.starts_with('0');
    const std::size_t whole = digits();
    if (whole == 0 || (leading_zero && whole > 1)) return false;
    if (spelled.starts_with('.')) {
      spelled.remove_prefix(1);
      if (digits() == 0) return false;
    }
    if (spelled.starts_with('e') || spelled.starts_with('E')) {
      spelled.remove_prefix(1);
      if (spelled.starts_with('+') || spelled.starts_with('-')) spelled.remove_prefix(1);
      if (digits() == 0) return false;
    }
    return spelled.empty();
  }

  void replace(JsonRepair::Kind kind, std::size_t length, std::string_view readable, std::string place) {
    out_.repairs.push_back({kind, at_, std::string(text_.substr(at_, length)), std::move(place)});
    out_.text.append(text_.substr(copied_, at_ - copied_));
    out_.text.append(readable);
    at_ += length;
    copied_ = at_;
  }

  // Of the value that is being read. Keys stand as spelled between their quotes, so no two places are written
  // alike.
  std::string place() { return stack_.empty() ? "" : step_into(stack_.size() - 1); }

  std::string step_into(std::size_t depth) {
    const Frame& frame = stack_[depth];
    const std::string step = frame.container == Container::array
                                 ? "[" + std::to_string(frame.index) + "]"
                                 : ".\"" + compact(std::string(frame.key)) + "\"";
    return compact(container_place(depth) + step);
  }

  const std::string& container_place(std::size_t depth) {
    for (std::size_t i = 0; i <= depth; ++i)
      if (!stack_[i].place) stack_[i].place = i == 0 ? "" : step_into(i - 1);
    return *stack_[depth].place;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t copied_ = 0;
  std::vector<Frame> stack_;
  simdjson::dom::parser parser_;
  RepairedJson out_;
};

}  // namespace

RepairedJson repair_json(std::string_view text) {
  return Repairer(text).run();
}

}  // namespace anyclaude
