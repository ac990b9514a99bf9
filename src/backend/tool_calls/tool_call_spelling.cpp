#include "backend/tool_calls/tool_call_spelling.h"

#include <cstddef>

#include "base/json_text.h"
#include "messages/events/reply_json.h"
#include "messages/json/json_spans.h"

namespace anyclaude {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

class FittedText {
 public:
  explicit FittedText(std::string_view text) : outline_(text) {}

  std::string of(const Json& fitted, const Json& written) {
    write(fitted, written, outline_.root());
    return std::move(out_);
  }

 private:
  void write(const Json& fitted, const Json& written, const JsonOutline::Node& node) {
    if (fitted.type() == written.type() && fitted == written) {
      out_ += outline_.text(node);
    } else if (fitted.is_object() && written.is_object()) {
      write_object(fitted, written, node);
    } else if (fitted.is_array() && written.is_array()) {
      write_list(fitted, written, node);
    } else if (fitted.is_string() && written.is_number()) {
      append_json_string(out_, outline_.text(node));
    } else {
      out_ += written.is_string() ? spelled_inside(fitted, written.get_ref<const std::string&>())
                                  : dumped(fitted);
    }
  }

  // Members may have been left out; none is added or moved. A name that was written twice has two texts and
  // one value.
  void write_object(const Json& fitted, const Json& written, const JsonOutline::Node& node) {
    const auto members = outline_.children(node);
    if (members.size() != written.size()) {
      out_ += dumped(fitted);
      return;
    }
    out_ += '{';
    std::size_t place = 0;
    auto next = fitted.begin();
    for (const auto& [name, value] : written.items()) {
      const JsonOutline::Node& member = *members[place++];
      if (next == fitted.end() || next.key() != name) continue;
      if (out_.back() != '{') out_ += ',';
      out_ += outline_.key(member);
      out_ += ':';
      write(*next, value, member);
      ++next;
    }
    out_ += '}';
  }

  void write_list(const Json& fitted, const Json& written, const JsonOutline::Node& node) {
    const auto items = outline_.children(node);
    if (items.size() != written.size() || fitted.size() != written.size()) {
      out_ += dumped(fitted);
      return;
    }
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ',';
      write(fitted[i], written[i], *items[i]);
    }
    out_ += ']';
  }

  // A value that the model put into quotation marks.
  static std::string spelled_inside(const Json& fitted, std::string_view quoted) {
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::size_t begin = quoted.find_first_not_of(kBlanks);
    if (begin == quoted.npos) return dumped(fitted);
    const std::string_view inside = quoted.substr(begin, quoted.find_last_not_of(kBlanks) + 1 - begin);
    const Json value = parse_ordered_json(inside);
    if (value.is_discarded()) return dumped(fitted);
    if (value.type() != fitted.type() && !(value.is_number_integer() && fitted.is_number_integer()))
      return dumped(fitted);
    // What is inside may itself have been made to fit.
    return FittedText(inside).of(fitted, value);
  }

  const JsonOutline outline_;
  std::string out_;
};

}  // namespace

std::string fitted_text(const Json& fitted, const Json& written, std::string_view text) {
  return FittedText(text).of(fitted, written);
}

}  // namespace anyclaude
