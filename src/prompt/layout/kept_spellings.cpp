#include "prompt/layout/kept_spellings.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "messages/json/json_spelling.h"
#include "messages/request/block_visitor.h"

namespace anyclaude {
namespace {

// About what an entry takes beside its code.
constexpr std::size_t kEntryBytes = 40;

// Gathers the JSON of a message.
class JsonOfMessage {
 public:
  std::vector<SpelledJson*> of(Message& message) {
    found_.clear();
    visit_blocks(message.content, *this);
    return std::move(found_);
  }

  void operator()(ToolUseBlock& block) { found_.push_back(&block.input); }
  void operator()(UnknownBlock& block) { found_.push_back(&block.json); }
  void operator()(ImageBlock& block) { add_source(block); }
  void operator()(DocumentBlock& block) { add_source(block); }
  void operator()(ToolResultBlock& block) { visit_blocks(block.content, *this); }
  void operator()(const TextBlock&) {}
  void operator()(const ThinkingBlock&) {}
  void operator()(const RedactedThinkingBlock&) {}
  void operator()(const ToolReferenceBlock&) {}

 private:
  template <typename Block>
  void add_source(Block& block) {
    if (block.source == MediaSource::other) found_.push_back(&block.other);
  }

  std::vector<SpelledJson*> found_;
};

std::size_t bytes_of(const TurnSpelling& spelling) {
  std::size_t bytes = kEntryBytes;
  for (const std::string& code : spelling.codes) bytes += kEntryBytes / 4 + code.size();
  return bytes;
}

std::size_t bytes_of(const ToolSpelling& spelling) {
  return kEntryBytes + spelling.name.size() + spelling.code.size();
}

class SpellingKeeper {
 public:
  SpellingKeeper(ConversationLayout& layout, const HashSecret& secret) : layout_(layout), secret_(secret) {
    for (const ToolSpelling& spelling : layout.tool_spellings) bytes_ += bytes_of(spelling);
    for (const TurnSpelling& spelling : layout.turn_spellings) bytes_ += bytes_of(spelling);
    if (layout.answer_spelling) bytes_ += bytes_of(*layout.answer_spelling);
  }

  void tools(std::vector<Tool>& tools) {
    std::unordered_map<std::string_view, std::size_t> places;
    std::vector<ToolSpelling> kept = std::move(layout_.tool_spellings);
    kept.reserve(kept.size() + tools.size());  // names are looked up where they stand
    for (std::size_t i = 0; i < kept.size(); ++i) places.emplace(kept[i].name, i);
    const std::size_t known = kept.size();
    for (Tool& tool : tools) {
      const auto place = places.find(tool.name);
      if (place != places.end()) {
        schema(tool.input_schema, kept[place->second]);
      } else if (ToolSpelling spelling = spelling_of(tool.name, tool.input_schema);
                 has_room(bytes_of(spelling))) {
        kept.push_back(std::move(spelling));
      }
    }
    changed_ |= kept.size() != known;
    layout_.tool_spellings = std::move(kept);
  }

  void answer(SpelledJson& json) {
    if (layout_.answer_spelling) return schema(json, *layout_.answer_spelling);
    ToolSpelling spelling = spelling_of({}, json);
    if (!has_room(bytes_of(spelling))) return;
    layout_.answer_spelling = std::move(spelling);
    changed_ = true;
  }

  // The message of link number `link`. Links come in their order.
  void message(std::uint64_t link, Message& message) {
    const std::vector<SpelledJson*> values = values_.of(message);
    if (values.empty()) return;
    const std::uint64_t text = text_digest(values);
    auto& turns = layout_.turn_spellings;
    const auto place = std::ranges::lower_bound(turns, link, {}, &TurnSpelling::link);
    if (place != turns.end() && place->link == link) {
      if (place->text != text) respell(values, place->codes);
      return;
    }
    TurnSpelling spelling{link, text, {}};
    for (const SpelledJson* value : values) spelling.codes.push_back(spelling_code(*value));
    if (!has_room(bytes_of(spelling))) return;
    turns.insert(place, std::move(spelling));
    changed_ = true;
  }

  bool changed() const { return changed_; }

 private:
  // A schema that means something else than the one known is another schema, said for the first time.
  void schema(SpelledJson& json, ToolSpelling& known) {
    if (digest(json.text) == known.text) return;
    if (digest(json.meaning()) == known.meaning) return respell({&json}, {known.code});
    bytes_ -= std::min(bytes_, bytes_of(known));
    ToolSpelling spelling = spelling_of(known.name, json);
    known = has_room(bytes_of(spelling)) ? std::move(spelling) : ToolSpelling{known.name, 0, 0, {}};
    changed_ = true;
  }

  ToolSpelling spelling_of(std::string name, const SpelledJson& json) const {
    return {std::move(name), digest(json.meaning()), digest(json.text), spelling_code(json)};
  }

  // A code that does not fit is one of other values: then nothing is known of these.
  static void respell(const std::vector<SpelledJson*>& values, const std::vector<std::string>& codes) {
    if (values.size() != codes.size()) return;
    for (std::size_t i = 0; i < values.size(); ++i) {
      SpelledJson& json = *values[i];
      std::optional<std::string> text = spell(json.meaning(), codes[i]);
      if (!text || *text == json.text) continue;
      std::string canonical(json.meaning());
      json.canonical = *text == canonical ? std::string() : std::move(canonical);
      json.text = std::move(*text);
    }
  }

  std::uint64_t text_digest(const std::vector<SpelledJson*>& values) const {
    if (values.size() == 1) return digest(values.front()->text);
    std::string digests;
    for (const SpelledJson* value : values) digests += std::to_string(digest(value->text)) + ' ';
    return digest(digests);
  }

  std::uint64_t digest(std::string_view text) const { return keyed_digest(text, secret_).low; }

  bool has_room(std::size_t bytes) {
    if (bytes_ + bytes > kSpellingBytesMax) return false;
    bytes_ += bytes;
    return true;
  }

  ConversationLayout& layout_;
  const HashSecret& secret_;
  JsonOfMessage values_;
  std::size_t bytes_ = 0;
  bool changed_ = false;
};

}  // namespace

bool keep_spellings(MessagesRequest& request, const TurnBounds& bounds, ConversationLayout& layout,
                    const HashSecret& secret) {
  SpellingKeeper keeper(layout, secret);
  keeper.tools(request.tools);
  if (request.output.json_schema) keeper.answer(*request.output.json_schema);
  if (bounds.first_user != TurnBounds::kNone) keeper.message(0, request.messages[bounds.first_user]);
  for (std::size_t i = bounds.tail; i < request.messages.size(); ++i)
    keeper.message(i - bounds.tail + 1, request.messages[i]);
  return keeper.changed();
}

void forget_spellings(ConversationLayout& layout, std::size_t common) {
  std::erase_if(layout.turn_spellings, [common](const TurnSpelling& turn) { return turn.link >= common; });
}

}  // namespace anyclaude
