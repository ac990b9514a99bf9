// Minified JSON text of parsed values, with the members in the client's order or in the canonical one.
#pragma once

#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_text.h"
#include "messages/json/number_spellings.h"
#include "messages/json/spelled_json.h"

namespace anyclaude {

// Appends to `out`. No white space, shortest escapes. Not thread-safe.
class JsonTextWriter {
 public:
  using Element = simdjson::dom::element;
  using Object = simdjson::dom::object;

  // Canonical JSON: members sorted bytewise, one spelling for each number.
  explicit JsonTextWriter(std::string& out) : out_(out) {}
  // As the client wrote it: its order of members, its spelling of numbers. `numbers` are those of the
  // document that the values come from, and must live as long as the writer.
  JsonTextWriter(std::string& out, const NumberSpellings& numbers) : out_(out), numbers_(&numbers) {}

  // A whole value.
  void value(Element value);

  // An object, for which `write(name, value)` is called for each member, in order: it writes the member with
  // key() and one value behind that, or leaves it out.
  template <typename Write>
  void object(const Object& object, Write&& write) {
    const Place outer = place_;
    place_ = {};
    out_ += '{';
    if (numbers_ != nullptr) {
      for (const auto field : object) write(field.key, field.value);
    } else {
      write_sorted(object, write);
    }
    out_ += '}';
    place_ = outer;
  }
  // `name` is the one that was handed to `write`.
  void key(std::string_view name);

  // A list, for which `write(item)` is called for each item and writes one value.
  template <typename Write>
  void list(const simdjson::dom::array& items, Write&& write) {
    out_ += '[';
    for (const Element item : items) {
      if (out_.back() != '[') out_ += ',';
      write(item);
    }
    out_ += ']';
  }

  // Whether all that was written is canonical JSON.
  bool is_canonical() const { return canonical_; }

 private:
  struct Member {
    std::string_view key;
    Element value;
  };
  // In the object that is open.
  struct Place {
    std::string_view key;            // of the member that is being written; without data: none yet
    std::uint32_t number_index = 0;  // of the next number under it
  };

  template <typename Write>
  void write_sorted(const Object& object, Write&& write) {
    const std::size_t base = members_.size();
    for (const auto field : object) members_.push_back({field.key, field.value});
    std::sort(members_.begin() + static_cast<std::ptrdiff_t>(base), members_.end(),
              [](const Member& left, const Member& right) { return left.key < right.key; });
    for (std::size_t i = base, end = members_.size(); i < end; ++i) {
      const Member member = members_[i];
      write(member.key, member.value);
    }
    members_.resize(base);
  }
  void number(Element value);

  std::string& out_;
  const NumberSpellings* numbers_ = nullptr;  // nullptr: canonical
  bool canonical_ = true;
  Place place_;
  std::vector<Member> members_;  // of all open objects that are sorted, innermost last
};

// What `write(JsonTextWriter&)` writes: once as the client spelled it and, where that is another text, once
// canonically.
template <typename Write>
SpelledJson spelled_json(const NumberSpellings& numbers, Write write) {
  SpelledJson json;
  JsonTextWriter as_sent(json.text, numbers);
  write(as_sent);
  if (!as_sent.is_canonical()) {
    JsonTextWriter sorted(json.canonical);
    write(sorted);
  }
  return json;
}

inline SpelledJson spelled_json(const NumberSpellings& numbers, simdjson::dom::element value) {
  return spelled_json(numbers, [value](JsonTextWriter& writer) { writer.value(value); });
}

}  // namespace anyclaude
