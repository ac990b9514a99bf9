#include "canonical/tool_arguments.h"

#include <utility>

#include "canonical/byte_codec.h"
#include "messages/json_document.h"

namespace anyclaude {
namespace {

constexpr std::size_t kEntriesInMemoryMax = 4'096;

}  // namespace

void ToolArguments::remember(std::string_view tool_use_id, std::string_view text) {
  const auto document = JsonDocument::parse(std::string(text));
  if (!document || !document->root().is_object()) return;
  std::string canonical = canonical_json(document->root());
  if (canonical == text) return;
  ByteWriter out;
  out.text(canonical);
  out.text(text);
  state_.put(kToolArgumentsTable, std::string(tool_use_id), out.take());
  add({std::string(tool_use_id), std::move(canonical), std::string(text)});
}

void ToolArguments::restore(MessagesRequest& request) {
  for (Message& message : request.messages) {
    if (message.role != Role::assistant) continue;
    for (ContentBlock& block : message.content) {
      auto* call = std::get_if<ToolUseBlock>(&block.value);
      if (call == nullptr || call->id.empty()) continue;
      const Entry known = find(call->id);
      if (!known.text.empty() && known.canonical == call->input_json) call->input_json = known.text;
    }
  }
}

ToolArguments::Entry ToolArguments::find(const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = by_id_.find(id); known != by_id_.end()) {
      entries_.splice(entries_.begin(), entries_, known->second);
      return entries_.front();
    }
  }
  Entry entry{id, {}, {}};
  if (const auto stored = state_.get(kToolArgumentsTable, id)) {
    ByteReader in(*stored);
    entry.canonical = in.text();
    entry.text = in.text();
    if (!in.complete()) entry = {id, {}, {}};
  }
  add(entry);
  return entry;
}

void ToolArguments::add(Entry entry) {
  const std::lock_guard lock(mutex_);
  if (const auto known = by_id_.find(entry.id); known != by_id_.end()) {
    entries_.erase(known->second);
    by_id_.erase(known);
  }
  entries_.push_front(std::move(entry));
  by_id_[entries_.front().id] = entries_.begin();
  if (entries_.size() > kEntriesInMemoryMax) {
    by_id_.erase(entries_.back().id);
    entries_.pop_back();
  }
}

}  // namespace anyclaude
