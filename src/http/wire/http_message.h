// Requests, replies and their header fields as plain values. No type of the HTTP library leaves this room.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anyclaude {

struct HeaderField {
  std::string name;  // spelled as received
  std::string value;
};

// Header fields in the order and spelling received. Names compare without regard to case.
class HeaderFields {
 public:
  HeaderFields() = default;
  HeaderFields(std::initializer_list<HeaderField> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
  // Replaces every field of that name by one, in the place of the first (or at the end).
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  // The first value of that name, or nullptr.
  const std::string* find(std::string_view name) const;
  std::string_view get(std::string_view name) const;  // empty when absent
  bool has(std::string_view name) const { return find(name) != nullptr; }

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<HeaderField> fields_;
};

bool equals_ignoring_case(std::string_view left, std::string_view right);

struct HttpRequest {
  std::string method;
  std::string target;  // as received: path and query, not decoded
  std::string path;    // the part before '?', not decoded
  std::string query;   // the part behind '?', not decoded
  HeaderFields headers;
  std::string body;  // capacity() leaves kBodyPaddingBytes behind the end, so that simdjson reads it in place
  std::string peer;  // the client's address
};

inline constexpr std::size_t kBodyPaddingBytes = 64;

struct HttpReply {
  int status = 0;
  HeaderFields headers;
  std::string body;
};

}  // namespace anyclaude
