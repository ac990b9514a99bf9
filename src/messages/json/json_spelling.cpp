#include "messages/json/json_spelling.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "messages/json/json_spans.h"

namespace anyclaude {
namespace {

using Node = JsonOutline::Node;

// What the code says of an object with two members or more: its members are sorted, or their places in the
// sorted order follow. A number has the length of its own spelling, 0 for the canonical one.
constexpr std::uint64_t kSorted = 0;
constexpr std::uint64_t kOrdered = 1;

// Numbers in groups of seven bits, low ones first. Zeros at the end are left out.
class CodeWriter {
 public:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) code_.push_back(static_cast<char>(value | 0x80));
    code_.push_back(static_cast<char>(value));
    if (value != 0) said_ = code_.size();
  }
  void text(std::string_view text) {
    number(text.size());
    code_ += text;
    said_ = code_.size();
  }
  std::string take() {
    code_.resize(said_);
    return std::move(code_);
  }

 private:
  std::string code_;
  std::size_t said_ = 0;
};

class CodeReader {
 public:
  explicit CodeReader(std::string_view code) : code_(code) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; !code_.empty() && shift < 63; shift += 7) {
      const auto byte = static_cast<unsigned char>(code_.front());
      code_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return value;
  }
  std::string_view text(std::size_t size) {
    const std::string_view text = code_.substr(0, size);
    code_.remove_prefix(text.size());
    return text;
  }
  bool at_end() const { return code_.empty(); }

 private:
  std::string_view code_;
};

bool is_number(char c) {
  return c == '-' || (c >= '0' && c <= '9');
}

// Compares the two texts in the order of the client's.
class Encoder {
 public:
  explicit Encoder(const SpelledJson& json) : spelled_(json.text), canonical_(json.canonical) {}

  std::string run() {
    compare(spelled_.root(), canonical_.root());
    return code_.take();
  }

 private:
  void compare(const Node& spelled, const Node& canonical) {
    const char first = spelled_.text(spelled).front();
    if (first == '{') return compare_objects(spelled, canonical);
    if (first == '[') {
      const auto items = spelled_.children(spelled);
      const auto same = canonical_.children(canonical);
      for (std::size_t i = 0; i < items.size(); ++i) compare(*items[i], *same[i]);
    } else if (is_number(first)) {
      const std::string_view text = spelled_.text(spelled);
      text == canonical_.text(canonical) ? code_.number(0) : code_.text(text);
    }
  }

  void compare_objects(const Node& spelled, const Node& canonical) {
    const auto members = spelled_.children(spelled);
    const auto sorted = canonical_.children(canonical);
    const std::vector<std::size_t> places = places_of(members, sorted);
    if (members.size() > 1) {
      const bool is_sorted = std::ranges::is_sorted(places);
      code_.number(is_sorted ? kSorted : kOrdered);
      if (!is_sorted)
        for (const std::size_t place : places) code_.number(place);
    }
    for (std::size_t i = 0; i < members.size(); ++i) compare(*members[i], *sorted[places[i]]);
  }

  // For each of the client's members where its name stands among the sorted ones. The names are the same, and
  // escaped in the same way, which is not how they are sorted.
  std::vector<std::size_t> places_of(const std::vector<const Node*>& members,
                                     const std::vector<const Node*>& sorted) const {
    const auto by_name = [](const JsonOutline& outline, const std::vector<const Node*>& nodes) {
      std::vector<std::size_t> order(nodes.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::ranges::sort(order, {}, [&](std::size_t i) { return outline.key(*nodes[i]); });
      return order;
    };
    const std::vector<std::size_t> mine = by_name(spelled_, members);
    const std::vector<std::size_t> theirs = by_name(canonical_, sorted);
    std::vector<std::size_t> places(members.size());
    for (std::size_t i = 0; i < mine.size(); ++i) places[mine[i]] = theirs[i];
    return places;
  }

  const JsonOutline spelled_;
  const JsonOutline canonical_;
  CodeWriter code_;
};

class Decoder {
 public:
  Decoder(std::string_view canonical, std::string_view code) : canonical_(canonical), code_(code) {
    out_.reserve(canonical.size());
  }

  std::optional<std::string> run() {
    write(canonical_.root());
    if (failed_ || !code_.at_end()) return std::nullopt;
    return std::move(out_);
  }

 private:
  void write(const Node& node) {
    if (failed_) return;
    const std::string_view text = canonical_.text(node);
    if (text.front() == '{') return write_object(node);
    if (text.front() == '[') {
      out_ += '[';
      for (const Node* item : canonical_.children(node)) {
        if (out_.back() != '[') out_ += ',';
        write(*item);
      }
      out_ += ']';
      return;
    }
    const std::uint64_t size = is_number(text.front()) ? code_.number() : 0;
    out_ += size == 0 ? text : code_.text(size);
  }

  void write_object(const Node& node) {
    const auto sorted = canonical_.children(node);
    std::vector<std::size_t> places(sorted.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    if (sorted.size() > 1 && code_.number() == kOrdered) read_places(places);
    if (failed_) return;
    out_ += '{';
    for (const std::size_t place : places) {
      if (out_.back() != '{') out_ += ',';
      out_ += canonical_.key(*sorted[place]);
      out_ += ':';
      write(*sorted[place]);
    }
    out_ += '}';
  }

  void read_places(std::vector<std::size_t>& places) {
    std::vector<bool> taken(places.size());
    for (std::size_t& place : places) {
      place = code_.number();
      if (place >= taken.size() || taken[place]) {
        failed_ = true;
        return;
      }
      taken[place] = true;
    }
  }

  const JsonOutline canonical_;
  CodeReader code_;
  std::string out_;
  bool failed_ = false;
};

}  // namespace

std::string spelling_code(const SpelledJson& json) {
  return json.canonical.empty() ? std::string() : Encoder(json).run();
}

std::optional<std::string> spell(std::string_view canonical, std::string_view code) {
  if (code.empty()) return std::string(canonical);
  return Decoder(canonical, code).run();
}

}  // namespace anyclaude
