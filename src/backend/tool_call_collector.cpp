#include "backend/tool_call_collector.h"

#include <algorithm>
#include <ranges>

#include "base/random_id.h"
#include "messages/reply_json.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

std::optional<std::int64_t> index_of(const Json& entry) {
  const auto found = entry.find("index");
  if (found == entry.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

}  // namespace

void ObjectEndFinder::feed(std::string_view piece) {
  for (const char c : piece) {
    if (blank_ && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) continue;
    blank_ = false;
    if (ended_) return;
    if (in_string_) {
      in_string_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && depth_ > 0) {
      ended_ = --depth_ == 0;
    }
  }
}

void ToolCallCollector::feed(const Json& entry) {
  if (!entry.is_object()) return;
  const auto function = entry.find("function");
  const Json& body = function != entry.end() && function->is_object() ? *function : entry;
  const std::string_view name = string_or_empty(body, "name");
  Call& call = call_for(entry, string_or_empty(entry, "id"), name);
  if (call.name.empty()) call.name = name;
  if (const auto arguments = body.find("arguments"); arguments != body.end()) {
    if (arguments->is_string()) add_arguments(call, arguments->get_ref<const std::string&>());
    if (arguments->is_object()) add_arguments(call, arguments->dump());
  }
  advance();
}

// The call that an entry speaks of: the one of its index, unless an id says that it is another one; without
// an index the one of its id; without either the last one, unless a name begins a new one.
ToolCallCollector::Call& ToolCallCollector::call_for(const Json& entry, std::string_view id,
                                                     std::string_view name) {
  const auto index = index_of(entry);
  for (Call& call : std::views::reverse(calls_)) {
    const bool other_id = !id.empty() && !call.upstream_id.empty() && call.upstream_id != id;
    const bool same_place = index ? call.index == index : id.empty() ? name.empty() : !other_id;
    if (!same_place || (other_id && !name.empty())) continue;
    if (call.upstream_id.empty()) call.upstream_id = id;
    return call;
  }
  calls_.push_back({.index = index, .upstream_id = std::string(id)});
  return calls_.back();
}

void ToolCallCollector::add_arguments(Call& call, std::string_view piece) {
  // Behind the end of its object nothing belongs to a call.
  if (call.arguments_end.at_end()) return;
  call.arguments_end.feed(piece);
  bytes_ += piece.size();
  if (call.begun) {
    say_arguments(call, piece);
  } else {
    call.waiting_arguments += piece;
  }
}

void ToolCallCollector::begin(Call& call) {
  call.begun = true;
  const Tool* tool = tools_ ? tools_->find(call.name) : nullptr;
  if (tool) call.fitter = ToolArgumentFitter(&tools_->schema(*tool));
  stream_.begin_tool_use(random_id("toolu_"), tool ? tool->name : call.name);
  say_arguments(call, call.waiting_arguments);
  call.waiting_arguments.clear();
}

void ToolCallCollector::say_arguments(Call& call, std::string_view piece) {
  stream_.tool_input(call.fitter.feed(piece));
  pings_.note(call.fitter.held_bytes(), stream_);
}

void ToolCallCollector::advance() {
  for (; current_ < calls_.size(); ++current_) {
    Call& call = calls_[current_];
    if (!call.begun && !call.name.empty()) begin(call);
    if (!call.begun || !call.arguments_end.at_end()) return;
  }
}

bool ToolCallCollector::is_between_calls() const {
  return current_ == calls_.size();
}

bool ToolCallCollector::finish() {
  for (; current_ < calls_.size(); ++current_) {
    Call& call = calls_[current_];
    if (call.name.empty()) return false;
    if (!call.begun) begin(call);
    stream_.tool_input(call.fitter.finish());
    if (call.arguments_end.is_blank()) stream_.tool_input("{}");
  }
  return true;
}

}  // namespace anyclaude
