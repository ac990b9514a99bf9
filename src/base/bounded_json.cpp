#include "base/bounded_json.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/limits.h"

namespace anyclaude {
namespace {

// Walks over the brackets of a text as the parser meets them: strings and comments hold none.
class BracketScan {
 public:
  BracketScan(std::string_view text, JsonComments comments) : text_(text), comments_(comments) {}

  // Returns false where the text is too deep.
  bool run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
      } else if (c == '/' && comments_ == JsonComments::ignored) {
        skip_comment();
      } else {
        if (!bracket(c)) return false;
        ++at_;
      }
    }
    return true;
  }

  // How many pairs of keys an object that keeps their order compares, over all objects that have ended.
  std::uint64_t comparisons() const { return comparisons_; }

 private:
  bool bracket(char c) {
    if (c == '[' || c == '{') {
      if (depth_ == limits::kJsonDepthMax) return false;
      commas_[depth_++] = 0;
    } else if (c == ',' && depth_ > 0) {
      ++commas_[depth_ - 1];
    } else if ((c == ']' || c == '}') && depth_ > 0) {
      --depth_;
      if (c == '}') comparisons_ += commas_[depth_] * commas_[depth_] / 2;
    }
    return true;
  }

  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    ++at_;
  }

  // Ends where the parser's comment ends. A slash that opens none ends the parser's reading, so that what
  // follows makes no difference.
  void skip_comment() {
    const std::string_view rest = text_.substr(at_);
    std::size_t behind = 1;
    if (rest.starts_with("//")) {
      behind = rest.find_first_of(std::string_view("\r\n\0", 3));
    } else if (rest.starts_with("/*")) {
      const std::size_t end = rest.find("*/", 2);
      behind = end == std::string_view::npos ? end : end + 2;
    }
    at_ += std::min(behind, rest.size());
  }

  const std::string_view text_;
  const JsonComments comments_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::array<std::uint64_t, limits::kJsonDepthMax> commas_{};  // of each open container
  std::uint64_t comparisons_ = 0;
};

template <typename Json>
Json discarded() {
  return Json(Json::value_t::discarded);
}

template <typename Json>
Json parse_text(std::string_view text, JsonComments comments) {
  return Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false,
                     comments == JsonComments::ignored);
}

}  // namespace

bool is_json_too_deep(std::string_view text, JsonComments comments) {
  return !BracketScan(text, comments).run();
}

nlohmann::json parse_json(std::string_view text, JsonComments comments) {
  if (is_json_too_deep(text, comments)) return discarded<nlohmann::json>();
  return parse_text<nlohmann::json>(text, comments);
}

nlohmann::ordered_json parse_ordered_json(std::string_view text, JsonComments comments) {
  BracketScan scan(text, comments);
  if (!scan.run() || scan.comparisons() > limits::kJsonComparisonsMax)
    return discarded<nlohmann::ordered_json>();
  return parse_text<nlohmann::ordered_json>(text, comments);
}

tl::expected<nlohmann::json, JsonFault> read_json(std::string_view text, JsonComments comments) {
  using nlohmann::json;
  if (is_json_too_deep(text, comments)) return tl::unexpected(JsonFault{JsonFault::Kind::too_deep, 0});
  try {
    return json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/true,
                       comments == JsonComments::ignored);
  } catch (const json::parse_error& error) {
    return tl::unexpected(JsonFault{JsonFault::Kind::not_json, error.byte});
  } catch (const json::exception&) {
    return tl::unexpected(JsonFault{JsonFault::Kind::not_json, 0});
  }
}

}  // namespace anyclaude
