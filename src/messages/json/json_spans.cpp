#include "messages/json/json_spans.h"

namespace anyclaude {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t behind_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

// `at` is the opening quote.
std::size_t behind_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at + 1;
}

std::size_t behind_container(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = behind_string(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) break;
  }
  return at;
}

std::size_t behind_value(std::string_view text, std::size_t at) {
  if (text[at] == '"') return behind_string(text, at);
  if (text[at] == '{' || text[at] == '[') return behind_container(text, at);
  while (at < text.size() && !is_blank(text[at]) && text[at] != ',' && text[at] != '}' && text[at] != ']')
    ++at;
  return at;
}

struct Member {
  JsonSpan key;  // with its quotes; empty in a list
  JsonSpan value;
};

std::vector<Member> members_of(std::string_view text, JsonSpan container) {
  std::vector<Member> members;
  const bool has_keys = text[container.begin] == '{';
  std::size_t at = behind_blanks(text, container.begin + 1);
  while (at + 1 < container.end) {
    Member member;
    if (has_keys) {
      member.key = {at, behind_string(text, at)};
      at = behind_blanks(text, member.key.end);  // on the colon
      at = behind_blanks(text, at + 1);
    }
    member.value = {at, behind_value(text, at)};
    members.push_back(member);
    at = behind_blanks(text, member.value.end);
    if (at >= text.size() || text[at] != ',') break;
    at = behind_blanks(text, at + 1);
  }
  return members;
}

bool is_named(std::string_view text, const Member& member, std::string_view name) {
  return text.substr(member.key.begin + 1, member.key.end - member.key.begin - 2) == name;
}

}  // namespace

JsonSpan json_value_span(std::string_view text) {
  const std::size_t begin = behind_blanks(text, 0);
  return {begin, begin < text.size() ? behind_value(text, begin) : begin};
}

std::vector<JsonSpan> json_children(std::string_view text, JsonSpan container) {
  std::vector<JsonSpan> children;
  for (const Member& member : members_of(text, container)) children.push_back(member.value);
  return children;
}

std::optional<JsonSpan> json_member(std::string_view text, JsonSpan container, std::string_view name) {
  std::optional<JsonSpan> found;
  for (const Member& member : members_of(text, container))
    if (is_named(text, member, name)) found = member.value;
  return found;
}

std::optional<std::string_view> json_at(std::string_view text, std::initializer_list<JsonStep> path) {
  JsonSpan here = json_value_span(text);
  for (const JsonStep& step : path) {
    const char first = here.begin < text.size() ? text[here.begin] : '\0';
    if (const auto* name = std::get_if<std::string_view>(&step)) {
      const auto member = first == '{' ? json_member(text, here, *name) : std::nullopt;
      if (!member) return std::nullopt;
      here = *member;
    } else {
      const auto items = first == '[' ? json_children(text, here) : std::vector<JsonSpan>();
      const std::size_t index = std::get<std::size_t>(step);
      if (index >= items.size()) return std::nullopt;
      here = items[index];
    }
  }
  return text.substr(here.begin, here.end - here.begin);
}

JsonItems::JsonItems(std::string_view text) : text_(text) {
  if (text.starts_with('[')) spans_ = json_children(text, json_value_span(text));
}

std::string_view JsonItems::operator[](std::size_t index) const {
  if (index >= spans_.size()) return {};
  return text_.substr(spans_[index].begin, spans_[index].end - spans_[index].begin);
}

std::string without_member(std::string_view text, std::string_view name) {
  std::vector<JsonSpan> wholes;
  std::vector<bool> gone;
  for (const Member& member : members_of(text, json_value_span(text))) {
    wholes.push_back({member.key.begin, member.value.end});
    gone.push_back(is_named(text, member, name));
  }
  return without_spans(text, cuts_from_array(wholes, gone));
}

// Each node is begun where its value begins, and ended where that ends.
JsonOutline::JsonOutline(std::string_view text) : text_(text) {
  std::vector<std::size_t> open;
  JsonSpan key;
  const auto end_node = [&](std::size_t number, std::size_t at) {
    nodes_[number].value.end = at;
    nodes_[number].next = nodes_.size();
  };
  for (std::size_t at = behind_blanks(text, 0); at < text.size(); at = behind_blanks(text, at)) {
    const char c = text[at];
    if (c == ',' || c == ':') {
      ++at;
    } else if (c == '}' || c == ']') {
      if (open.empty()) break;
      end_node(open.back(), ++at);
      open.pop_back();
    } else {
      const bool is_key =
          c == '"' && !open.empty() && key.end == 0 && text[nodes_[open.back()].value.begin] == '{';
      if (is_key) {
        key = {at, behind_string(text, at)};
        at = key.end;
        continue;
      }
      nodes_.push_back({key, {at, at}, 0});
      key = {};
      if (c == '{' || c == '[') {
        open.push_back(nodes_.size() - 1);
        ++at;
      } else {
        at = behind_value(text, at);
        end_node(nodes_.size() - 1, at);
      }
    }
  }
}

std::vector<const JsonOutline::Node*> JsonOutline::children(const Node& node) const {
  std::vector<const Node*> children;
  const auto number = static_cast<std::size_t>(&node - nodes_.data());
  for (std::size_t i = number + 1; i < node.next; i = nodes_[i].next) children.push_back(&nodes_[i]);
  return children;
}

std::vector<JsonSpan> cuts_from_array(const std::vector<JsonSpan>& children, const std::vector<bool>& gone) {
  std::vector<JsonSpan> cuts;
  for (std::size_t first = 0; first < children.size(); ++first) {
    if (!gone[first]) continue;
    std::size_t last = first;
    while (last + 1 < children.size() && gone[last + 1]) ++last;
    // The comma that goes is the one in front, or behind where nothing stays in front.
    const bool has_front = first > 0;
    const bool has_rest = last + 1 < children.size();
    const std::size_t begin = has_front ? children[first - 1].end : children[first].begin;
    const std::size_t end = !has_front && has_rest ? children[last + 1].begin : children[last].end;
    cuts.push_back({begin, end});
    first = last;
  }
  return cuts;
}

std::string without_spans(std::string_view text, const std::vector<JsonSpan>& cuts) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  for (const JsonSpan& cut : cuts) {
    out.append(text.substr(at, cut.begin - at));
    at = cut.end;
  }
  out.append(text.substr(at));
  return out;
}

}  // namespace anyclaude
