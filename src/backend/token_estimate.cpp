#include "backend/token_estimate.h"

#include <algorithm>
#include <cmath>

namespace anyclaude {
namespace {

// Anthropic's rule of thumb for a full-size image.
constexpr std::uint64_t kTokensPerImage = 1'600;
// Role markers and separators that every template writes around a message or a tool.
constexpr std::uint64_t kBytesPerFrame = 16;
// What no vocabulary leaves: below, a server counts something else than text; above, likewise.
constexpr double kBytesPerTokenMin = 1.5;
constexpr double kBytesPerTokenMax = 8.0;
// Shorter prompts say more about the template than about the vocabulary.
constexpr std::uint64_t kLearnedPromptBytesMin = 4'000;
constexpr double kLearningRate = 0.3;

struct PromptSize {
  std::uint64_t bytes = 0;
  std::uint64_t images = 0;

  void add(std::string_view text) { bytes += text.size(); }
  void add(const std::vector<ContentBlock>& blocks) {
    for (const ContentBlock& block : blocks) std::visit(*this, block.value);
  }

  void operator()(const TextBlock& block) { add(block.text); }
  void operator()(const ImageBlock&) { ++images; }
  void operator()(const DocumentBlock& block) {
    add(block.title);
    add(block.context);
    if (block.source == MediaSource::base64) {
      ++images;
    } else {
      add(block.data);
    }
  }
  void operator()(const ToolUseBlock& block) {
    add(block.name);
    add(block.input_json);
    bytes += kBytesPerFrame;
  }
  void operator()(const ToolResultBlock& block) {
    add(block.content);
    bytes += kBytesPerFrame;
  }
  void operator()(const ThinkingBlock& block) { add(block.thinking); }
  void operator()(const RedactedThinkingBlock&) {}
  void operator()(const ToolReferenceBlock& block) { add(block.tool_name); }
  void operator()(const UnknownBlock& block) { add(block.json); }
};

PromptSize size_of(const MessagesRequest& request) {
  PromptSize size;
  for (const TextBlock& block : request.system) size.add(block.text);
  for (const Tool& tool : request.tools) {
    if (tool.loading == ToolLoading::deferred) continue;
    size.add(tool.name);
    size.add(tool.description);
    size.add(tool.input_schema_json);
    size.bytes += kBytesPerFrame;
  }
  for (const Message& message : request.messages) {
    size.add(message.content);
    size.bytes += kBytesPerFrame;
  }
  return size;
}

std::uint64_t tokens_of(const PromptSize& size, double bytes_per_token) {
  const double text = std::ceil(static_cast<double>(size.bytes) / bytes_per_token);
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(text) + size.images * kTokensPerImage);
}

}  // namespace

std::uint64_t estimate_prompt_tokens(const MessagesRequest& request, double bytes_per_token) {
  return tokens_of(size_of(request), bytes_per_token);
}

std::uint64_t TokenCalibration::estimate(const MessagesRequest& request) const {
  const std::lock_guard lock(mutex_);
  return estimate_prompt_tokens(request, bytes_per_token_);
}

void TokenCalibration::learn(const MessagesRequest& request, std::uint64_t reported_prompt_tokens) {
  const PromptSize size = size_of(request);
  if (size.images > 0 || size.bytes < kLearnedPromptBytesMin || reported_prompt_tokens == 0) return;
  const double seen = static_cast<double>(size.bytes) / static_cast<double>(reported_prompt_tokens);
  if (seen < kBytesPerTokenMin || seen > kBytesPerTokenMax) return;
  const std::lock_guard lock(mutex_);
  bytes_per_token_ += kLearningRate * (seen - bytes_per_token_);
}

}  // namespace anyclaude
