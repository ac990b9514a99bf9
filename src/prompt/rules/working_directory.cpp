#include "prompt/rules/working_directory.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace anyclaude {
namespace {

constexpr std::array<std::string_view, 2> kLabels{"Primary working directory: ", "Working directory: "};

std::string_view without_bullet(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (line.starts_with("- ")) line.remove_prefix(2);
  return line;
}

std::string_view directory_in(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = without_bullet(text.substr(0, end));
    for (const std::string_view label : kLabels)
      if (line.starts_with(label))
        return line.substr(label.size(), line.find_last_not_of(" \t\r") + 1 - label.size());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

std::string_view directory_in(const Message& message) {
  for (const ContentBlock& block : message.content)
    if (const auto* text = std::get_if<TextBlock>(&block.value))
      if (const std::string_view found = directory_in(text->text); !found.empty()) return found;
  return {};
}

}  // namespace

std::string find_working_directory(const MessagesRequest& request) {
  for (const TextBlock& block : request.system)
    if (const std::string_view found = directory_in(block.text); !found.empty()) return std::string(found);
  for (const Message& message : request.messages)
    if (message.role == Role::system)
      if (const std::string_view found = directory_in(message); !found.empty()) return std::string(found);
  if (request.messages.empty()) return {};
  return std::string(directory_in(request.messages.front()));
}

}  // namespace anyclaude
