// A message of the model's, whole, with the inputs of its tool calls in the very text that the model wrote.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anyclaude {

// Not thread-safe.
struct WholeMessage {
  using Json = nlohmann::ordered_json;

  // A reply's body, or a message from the store: `text` is kept as it is. Nothing when it is no JSON object,
  // or nested deeper than kJsonDepthMax.
  static std::optional<WholeMessage> parse(std::string_view text);

  // The text of the input of block number `index`; empty when only `json` knows it.
  std::string_view input(std::size_t index) const {
    return index < inputs.size() ? std::string_view(inputs[index]) : std::string_view();
  }
  // JSON text of the message: as it came, or else `json` with the inputs as they were written.
  std::string text() const;
  std::string text_without_id() const;

  Json json;                        // an object, its members in their order
  std::vector<std::string> inputs;  // by block; may be shorter than the content
  std::string source;               // the text that was parsed, if one was
};

}  // namespace anyclaude
