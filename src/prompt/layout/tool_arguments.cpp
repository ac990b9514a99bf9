#include "prompt/layout/tool_arguments.h"

#include <simdjson.h>
#include <utility>

#include "base/byte_codec.h"
#include "messages/json/json_document.h"

namespace anyclaude {
namespace {

constexpr std::size_t kEntriesInMemoryMax = 4'096;

using simdjson::dom::element;
using simdjson::dom::element_type;

// Whether canonical JSON of the value may be spelled otherwise too: objects of several members can be put in
// another order, and numbers can be written in other ways.
bool has_other_spellings(element value) {
  switch (value.type()) {
    case element_type::OBJECT: {
      const simdjson::dom::object object = value.get_object().value_unsafe();
      if (object.size() > 1) return true;
      return object.size() == 1 && has_other_spellings((*object.begin()).value);
    }
    case element_type::ARRAY: {
      const simdjson::dom::array array = value.get_array().value_unsafe();
      for (const element item : array)
        if (has_other_spellings(item)) return true;
      return false;
    }
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE:
      return true;
    case element_type::STRING:
    case element_type::BOOL:
    case element_type::NULL_VALUE:
      return false;
  }
  return true;
}

}  // namespace

void ToolArguments::remember(std::string_view tool_use_id, std::string_view text, std::string_view project) {
  const auto document = JsonDocument::parse(std::string(text));
  if (!document || !document->root().is_object()) return;
  std::string canonical = canonical_json(document->root());
  if (canonical == text && !has_other_spellings(document->root())) return;
  ByteWriter out;
  out.text(canonical);
  out.text(text);
  state_.put_of_project(kToolArgumentsTable, std::string(tool_use_id), out.take(), project);
  add({std::string(tool_use_id), std::move(canonical), std::string(text)});
}

void ToolArguments::restore(MessagesRequest& request) {
  for (Message& message : request.messages) {
    if (message.role != Role::assistant) continue;
    for (ContentBlock& block : message.content) {
      auto* call = std::get_if<ToolUseBlock>(&block.value);
      if (call == nullptr || call->id.empty()) continue;
      const Entry known = find(call->id);
      if (known.text.empty() || known.canonical != call->input.meaning()) continue;
      call->input = {known.text, known.canonical};
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
