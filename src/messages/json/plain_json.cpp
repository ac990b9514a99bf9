#include "messages/json/plain_json.h"

#include <array>
#include <cstddef>
#include <utility>

namespace anyclaude {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

class Respeller {
 public:
  explicit Respeller(std::string_view text) : text_(text) {}

  std::optional<std::string> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        if (!string(c)) return std::nullopt;
      } else if (c == ',' && closes_next()) {
        ++at_;
      } else if (!word()) {
        out_ += c;
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  bool closes_next() const {
    const std::size_t next = text_.find_first_not_of(kBlanks, at_ + 1);
    return next != std::string_view::npos && (text_[next] == '}' || text_[next] == ']');
  }

  bool word() {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kWords{
        {{"True", "true"}, {"False", "false"}, {"None", "null"}}};
    for (const auto& [python, json] : kWords) {
      if (!text_.substr(at_).starts_with(python)) continue;
      out_ += json;
      at_ += python.size();
      return true;
    }
    return false;
  }

  bool string(char quote) {
    out_ += '"';
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      const char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) {
        ++at_;
        if (text_[at_] != '\'' || quote != '\'') out_ += '\\';
        out_ += text_[at_];
      } else if (c == '"') {
        out_ += "\\\"";
      } else {
        append_character(c);
      }
    }
    if (at_ == text_.size()) return false;
    ++at_;
    out_ += '"';
    return true;
  }

  void append_character(char c) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    if (c == '\n') {
      out_ += "\\n";
    } else if (c == '\t') {
      out_ += "\\t";
    } else if (c == '\r') {
      out_ += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      const auto byte = static_cast<unsigned char>(c);
      out_ += "\\u00";
      out_ += kHex[byte / 16];
      out_ += kHex[byte % 16];
    } else {
      out_ += c;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::optional<std::string> plainly_respelled_json(std::string_view text) {
  return Respeller(text).run();
}

}  // namespace anyclaude
