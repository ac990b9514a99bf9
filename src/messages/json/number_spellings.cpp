#include "messages/json/number_spellings.h"

#include <simdjson.h>
#include <algorithm>
#include <cstring>
#include <functional>
#include <string>

#include "messages/json/json_document.h"

namespace anyclaude {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

bool starts_number(char c) {
  return c == '-' || (c >= '0' && c <= '9');
}

// The numbers of a valid JSON text, one after the other.
class NumberTokens {
 public:
  explicit NumberTokens(std::string_view text) : text_(text) {}

  // Empty behind the last one.
  std::string_view next() {
    while (at_ < text_.size() && !starts_number(text_[at_])) {
      if (text_[at_] == '"')
        skip_string();
      else
        ++at_;
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && std::strchr("0123456789+-.eE", text_[at_]) != nullptr && text_[at_] != '\0')
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

 private:
  // Quotes are rare in long strings, so the search goes from one to the next.
  void skip_string() {
    const std::size_t begin = ++at_;
    for (; at_ < text_.size(); ++at_) {
      const void* const quote = std::memchr(text_.data() + at_, '"', text_.size() - at_);
      if (quote == nullptr) break;
      at_ = static_cast<std::size_t>(static_cast<const char*>(quote) - text_.data());
      std::size_t backslashes = 0;
      while (at_ - backslashes > begin && text_[at_ - backslashes - 1] == '\\') ++backslashes;
      if (backslashes % 2 == 0) {
        ++at_;
        return;
      }
    }
    at_ = text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// An integer of so few digits has one spelling.
bool is_plain(std::string_view number) {
  constexpr std::size_t kDigitsMax = 18;
  const std::string_view digits = number.substr(number.front() == '-' ? 1 : 0);
  return digits.size() <= kDigitsMax && digits.find_first_of(".eE") == digits.npos && number != "-0";
}

bool all_plain(std::string_view text) {
  NumberTokens tokens(text);
  for (std::string_view number = tokens.next(); !number.empty(); number = tokens.next())
    if (!is_plain(number)) return false;
  return true;
}

}  // namespace

// The document holds its values in the order of the text, so the n-th number of one is the n-th of the other.
class SpellingSearch {
 public:
  SpellingSearch(std::string_view text, NumberSpellings& out) : tokens_(text), out_(out.spellings_) {}

  void run(element root) {
    visit(root);
    std::ranges::sort(out_, before);
  }

  static bool before(const NumberSpellings::Spelling& left, const NumberSpellings::Spelling& right) {
    if (left.key != right.key) return std::less<const char*>()(left.key, right.key);
    return left.index < right.index;
  }

 private:
  void visit(element value) {
    switch (value.type()) {
      case element_type::OBJECT:
        return visit_object(value.get_object().value_unsafe());
      case element_type::ARRAY:
        return visit_array(value.get_array().value_unsafe());
      case element_type::INT64:
      case element_type::UINT64:
      case element_type::DOUBLE:
        return visit_number(value);
      case element_type::STRING:
      case element_type::BOOL:
      case element_type::NULL_VALUE:
        return;
    }
  }

  void visit_array(simdjson::dom::array array) {
    for (const element item : array) visit(item);
  }

  void visit_object(simdjson::dom::object object) {
    const char* const outer_key = key_;
    const std::uint32_t outer_index = index_;
    for (const auto field : object) {
      key_ = field.key.data();
      index_ = 0;
      visit(field.value);
    }
    key_ = outer_key;
    index_ = outer_index;
  }

  void visit_number(element value) {
    const std::string_view spelled = tokens_.next();
    canonical_.clear();
    append_canonical_number(canonical_, value);
    if (spelled != canonical_ && key_ != nullptr && out_.size() < NumberSpellings::kNumberSpellingsMax)
      out_.push_back({key_, index_, spelled});
    ++index_;
  }

  NumberTokens tokens_;
  std::vector<NumberSpellings::Spelling>& out_;
  const char* key_ = nullptr;
  std::uint32_t index_ = 0;
  std::string canonical_;
};

NumberSpellings NumberSpellings::of(const JsonDocument& document) {
  NumberSpellings spellings;
  if (!all_plain(document.body())) SpellingSearch(document.body(), spellings).run(document.root());
  return spellings;
}

std::string_view NumberSpellings::find(const char* key, std::uint32_t index) const {
  const Spelling wanted{key, index, {}};
  const auto found = std::ranges::lower_bound(spellings_, wanted, SpellingSearch::before);
  if (found == spellings_.end() || found->key != key || found->index != index) return {};
  return found->text;
}

}  // namespace anyclaude
