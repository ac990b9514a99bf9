// Where the values of a JSON text stand, byte for byte: for cutting pieces out and leaving the rest as it is.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace anyclaude {

// The bytes [begin, end) of a value or of a piece to be cut.
struct JsonSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The one value of `text`. Here and below `text` is known to be valid JSON: parse it first.
JsonSpan json_value_span(std::string_view text);

// The values in the array or object at `container`, in their order; of an object's members the values alone.
std::vector<JsonSpan> json_children(std::string_view text, JsonSpan container);

// Where the member of that name stands in the object at `container`; the last one of several, as most parsers
// have it. Nothing when there is none, or when its name is spelled with escapes.
std::optional<JsonSpan> json_member(std::string_view text, JsonSpan container, std::string_view name);

// What a path of names and numbers leads to from the text's one value; nothing when it leads nowhere.
using JsonStep = std::variant<std::string_view, std::size_t>;
std::optional<std::string_view> json_at(std::string_view text, std::initializer_list<JsonStep> path);

// The texts of the items of the list that `text` is; none of anything else.
class JsonItems {
 public:
  explicit JsonItems(std::string_view text);
  // Empty behind the last one.
  std::string_view operator[](std::size_t index) const;

 private:
  std::string_view text_;
  std::vector<JsonSpan> spans_;
};

// The object that is `text` without its own members of that name.
std::string without_member(std::string_view text, std::string_view name);

// A whole text taken apart in one pass, however deep it is nested.
class JsonOutline {
 public:
  struct Node {
    JsonSpan key;  // with its quotes; empty but in an object
    JsonSpan value;
    std::size_t next = 0;  // the number of the first node behind this one's own
  };

  explicit JsonOutline(std::string_view text);

  const Node& root() const { return nodes_.front(); }
  std::string_view text(const Node& node) const { return cut(node.value); }
  std::string_view key(const Node& node) const { return cut(node.key); }
  // The values in a list or an object, in their order; none in anything else.
  std::vector<const Node*> children(const Node& node) const;

 private:
  std::string_view cut(JsonSpan span) const { return text_.substr(span.begin, span.end - span.begin); }

  std::string_view text_;
  std::vector<Node> nodes_;  // in the order of the text, a container before what is in it
};

// The pieces to cut so that just the children marked in `gone` (one mark for each) leave an array, and the
// commas with them. Ordered.
std::vector<JsonSpan> cuts_from_array(const std::vector<JsonSpan>& children, const std::vector<bool>& gone);

// `text` without `cuts`, which are ordered and apart.
std::string without_spans(std::string_view text, const std::vector<JsonSpan>& cuts);

}  // namespace anyclaude
