// Values as bytes that can be told apart: each tagged, texts with their length in front, containers closed.
#pragma once

#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anyclaude {

// The tags are part of every key: a change needs a new kKeyVersion. Lengths are 32 bits, low byte first.
enum class CanonicalTag : char {
  null = 'z',
  truth = 't',
  falsehood = 'f',
  number = 'n',   // length, the one spelling
  string = 's',   // length, bytes
  tool_id = '#',  // 32 bits: which of the request's tool ids, by first appearance
  list = '[',
  list_end = ']',
  object = '{',  // members in bytewise order of their keys
  key = 'k',     // length, bytes; the member's value follows
  object_end = '}',
  field = '@',  // length, name; a top-level field, whose value follows
};

// Not thread-safe. No two different sequences of calls give equal bytes.
class CanonicalWriter {
 public:
  using Element = simdjson::dom::element;
  using Object = simdjson::dom::object;

  // Appends to `out`.
  explicit CanonicalWriter(std::string& out) : out_(out) {}

  void tag(CanonicalTag tag) { out_.push_back(static_cast<char>(tag)); }
  void text(CanonicalTag tag, std::string_view text);
  void string(std::string_view value) { text(CanonicalTag::string, value); }
  void key(std::string_view key) { text(CanonicalTag::key, key); }
  void field(std::string_view name) { text(CanonicalTag::field, name); }
  void tool_id(std::uint32_t number);

  // Any value, all of it.
  void value(Element value);

  // Calls `write(key, value)` for each member, in bytewise order of the keys, between the object's tags. What
  // `write` leaves out makes no difference.
  template <typename Write>
  void object(const Object& object, Write&& write) {
    const std::size_t base = members_.size();
    for (const auto field : object) members_.push_back({field.key, field.value});
    std::sort(members_.begin() + static_cast<std::ptrdiff_t>(base), members_.end(),
              [](const Member& left, const Member& right) { return left.key < right.key; });
    tag(CanonicalTag::object);
    for (std::size_t i = base, end = members_.size(); i < end; ++i) {
      const Member member = members_[i];
      write(member.key, member.value);
    }
    tag(CanonicalTag::object_end);
    members_.resize(base);
  }

  std::string& out() { return out_; }

 private:
  struct Member {
    std::string_view key;
    Element value;
  };

  void list(simdjson::dom::array items);

  std::string& out_;
  std::vector<Member> members_;  // of all open objects, innermost last
  std::string number_;
};

}  // namespace anyclaude
