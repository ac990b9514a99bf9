// JSON text written member by member, without a tree.
#pragma once

#include <string>
#include <string_view>

#include "base/json_text.h"

namespace anyclaude {

// Writes the members of one JSON object, in the order of the calls.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

  std::string& member(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_json_string(member(name), value); }
  void json(std::string_view name, std::string_view value) { member(name) += value; }
  void close() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

template <typename Range, typename Write>
void append_list(std::string& out, const Range& range, Write write) {
  out += '[';
  bool first = true;
  for (const auto& item : range) {
    if (!first) out += ',';
    first = false;
    write(item);
  }
  out += ']';
}

}  // namespace anyclaude
