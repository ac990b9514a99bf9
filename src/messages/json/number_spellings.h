// How a client spelled its numbers, where that is not the one spelling of canonical JSON: 1.0, 1e3, -0, 0.10.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace anyclaude {

class JsonDocument;

// Views into the document's text. Immutable, so thread-safe.
class NumberSpellings {
 public:
  // Beyond so many in one body numbers are spelled canonically: their value is what was sent.
  static constexpr std::size_t kNumberSpellingsMax = 1'000'000;

  NumberSpellings() = default;
  // One look at each number of the text; a walk over the document only where one is spelled unusually. The
  // document must outlive the result.
  static NumberSpellings of(const JsonDocument& document);

  bool empty() const { return spellings_.empty(); }
  // The spelling of the number that is the `index`-th under `key`: the value of that member, or an item of
  // the lists that are its value. `key` is the member's name as the document holds it (its address tells
  // members apart). Empty when the spelling is the canonical one.
  std::string_view find(const char* key, std::uint32_t index) const;

 private:
  struct Spelling {
    const char* key;
    std::uint32_t index;
    std::string_view text;
  };
  friend class SpellingSearch;

  std::vector<Spelling> spellings_;  // ordered by key and index
};

}  // namespace anyclaude
