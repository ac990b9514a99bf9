#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "messages/request/messages_request.h"

namespace anyclaude {

// Kinds of text that a vocabulary cuts into tokens of different lengths.
enum class PromptKind { instructions, schemas, prose, code };
inline constexpr std::size_t kPromptKinds = 4;

// How much text of each kind a prompt holds, in bytes: the system text and the tools' descriptions; the
// tools' schemas; what person and model said; tool calls and their results. Base64 data counts as an image or
// not at all. What a template writes around each message and tool is in it, roughly.
struct PromptSize {
  std::array<std::uint64_t, kPromptKinds> bytes{};
  std::uint64_t images = 0;
  std::uint64_t thinking_bytes = 0;  // those of the prose that are earlier thinking

  std::uint64_t total_bytes() const;
};

PromptSize prompt_size(const MessagesRequest& request);

}  // namespace anyclaude
