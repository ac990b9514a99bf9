#include "prompt/layout/prompt_parts.h"

#include <algorithm>

#include "base/text.h"
#include "messages/request/block_visitor.h"

namespace anyclaude {
namespace {

constexpr std::string_view kReminderOpen = "<system-reminder>";
constexpr std::string_view kReminderClose = "</system-reminder>";
constexpr std::string_view kFactsOpen = "<system-reminder>\n# Session facts, for what stands above";

bool is_reminder_text(std::string_view text) {
  text = trimmed(text, kTextBlanks);
  return text.starts_with(kReminderOpen) && text.ends_with(kReminderClose) &&
         text.find(kReminderOpen, 1) == text.npos;
}

std::string as_reminder(std::string_view text) {
  if (is_reminder_text(text)) return std::string(text);
  std::string out(kReminderOpen);
  out += '\n';
  out += text;
  out += '\n';
  out += kReminderClose;
  return out;
}

// Writes what a block says, so that equal bytes mean that it says the same. How JSON is spelled does not
// count.
class BlockWriter {
 public:
  explicit BlockWriter(std::string& out) : out_(out) {}

  void operator()(const TextBlock& block) { fields('t', {block.text}); }
  void operator()(const ImageBlock& block) { fields('i', {block.media_type, data_of(block)}); }
  void operator()(const DocumentBlock& block) {
    fields('d', {block.media_type, data_of(block), block.title, block.context});
  }
  void operator()(const ToolUseBlock& block) { fields('u', {block.name, block.input.meaning()}); }
  void operator()(const ToolResultBlock& block) {
    fields('r', {block.outcome == ToolOutcome::error ? "e" : ""});
    visit_blocks(block.content, *this);
    fields('.', {});
  }
  void operator()(const ThinkingBlock&) {}
  void operator()(const RedactedThinkingBlock&) {}
  void operator()(const ToolReferenceBlock& block) { fields('n', {block.tool_name}); }
  void operator()(const UnknownBlock& block) { json(block.json.meaning()); }
  void json(std::string_view meaning) { fields('?', {meaning}); }

 private:
  template <typename Block>
  static std::string_view data_of(const Block& block) {
    return block.source == MediaSource::other ? block.other.meaning() : std::string_view(block.data);
  }
  void fields(char kind, std::initializer_list<std::string_view> values) {
    out_ += kind;
    for (const std::string_view value : values) {
      out_ += std::to_string(value.size());
      out_ += ':';
      out_ += value;
    }
  }

  std::string& out_;
};

class Apart {
 public:
  Apart(const MessagesRequest& request, const TurnBounds& bounds, OrderingLevel level, TextCutter& cutter,
        const LearnedView& learned, const HashSecret& secret)
      : request_(request),
        bounds_(bounds),
        cutter_(cutter),
        learned_(learned),
        secret_(secret),
        moves_(level >= OrderingLevel::standard && bounds.first_user != TurnBounds::kNone) {}

  PromptParts run() {
    for (const TextBlock& block : request_.system)
      add_piece(PieceKind::system, cut(TextPlace::system, {}, block.text)->kept);
    for (std::size_t i = 0; i < request_.tools.size(); ++i)
      if (request_.tools[i].loading == ToolLoading::immediate) add_tool(i);
    if (moves_) add_first_turn();
    if (!facts_.empty())
      parts_.pieces.push_back(
          {PieceKind::facts, std::string(kFactsOpen) + facts_ + '\n' + std::string(kReminderClose)});
    return std::move(parts_);
  }

 private:
  std::shared_ptr<const CutText> cut(TextPlace place, std::string_view owner, std::string_view text) {
    auto result = cutter_.cut(place, owner, text, moves_ ? CutDepth::volatile_too : CutDepth::noise,
                              learned_.lines, learned_.generation);
    for (const Cut& taken : result->cuts) {
      parts_.effects.push_back({place, std::string(owner), taken});
      if (taken.action != RuleAction::relocate) continue;
      if (!owner.empty()) facts_ += "\nOf the tool " + std::string(owner) + ':';
      facts_ += '\n';
      facts_ += taken.text;
    }
    return result;
  }

  void add_piece(PieceKind kind, std::string text) {
    if (!trimmed(text, kTextBlanks).empty()) parts_.pieces.push_back({kind, std::move(text)});
  }

  void add_tool(std::size_t index) {
    const Tool& tool = request_.tools[index];
    StableTool stable{tool.name, 0, index, cut(TextPlace::tool, tool.name, tool.description)};
    std::string definition;
    definition.reserve(tool.name.size() + tool.input_schema.meaning().size() + 32);
    BlockWriter write(definition);
    write.json(tool.name);
    write.json(tool.input_schema.meaning());
    definition += std::to_string(stable.description->digest);
    stable.definition = keyed_digest(definition, secret_).low;
    parts_.tools.push_back(std::move(stable));
  }

  void add_first_turn() {
    // System messages come first: every session has them, while a reminder may hold a project's own words.
    for (std::size_t i = 0; i < bounds_.tail; ++i)
      if (request_.messages[i].role == Role::system) {
        const std::string text = message_text(request_.messages[i]);
        if (const auto kept = cut(TextPlace::reminder, {}, text); !trimmed(kept->kept, kTextBlanks).empty())
          add_piece(PieceKind::block, as_reminder(kept->kept));
      }
    for (const ContentBlock& block : request_.messages[bounds_.first_user].content)
      if (is_reminder(block))
        add_piece(PieceKind::block,
                  cut(TextPlace::reminder, {}, std::get<TextBlock>(block.value).text)->kept);
  }

  const MessagesRequest& request_;
  const TurnBounds& bounds_;
  TextCutter& cutter_;
  const LearnedView& learned_;
  const HashSecret& secret_;
  const bool moves_;
  PromptParts parts_;
  std::string facts_;
};

}  // namespace

TurnBounds find_turn_bounds(const std::vector<Message>& messages) {
  // What is not text cannot move to another turn; such a message stays where it is.
  const auto can_be_folded = [](const Message& message) {
    return message.role == Role::system &&
           std::ranges::all_of(message.content, [](const ContentBlock& block) {
             return std::holds_alternative<TextBlock>(block.value);
           });
  };
  TurnBounds bounds;
  std::size_t i = 0;
  while (i < messages.size() && can_be_folded(messages[i])) ++i;
  if (i == messages.size() || messages[i].role != Role::user) return bounds;
  bounds.first_user = i++;
  while (i < messages.size() && can_be_folded(messages[i])) ++i;
  bounds.tail = i;
  return bounds;
}

bool is_reminder(const ContentBlock& block) {
  const auto* text = std::get_if<TextBlock>(&block.value);
  return text != nullptr && is_reminder_text(text->text);
}

std::vector<std::uint64_t> link_messages(const std::vector<Message>& messages, const TurnBounds& bounds,
                                         const HashSecret& secret) {
  std::vector<std::uint64_t> links;
  std::string bytes;
  BlockWriter write(bytes);
  if (bounds.first_user != TurnBounds::kNone)
    for (const ContentBlock& block : messages[bounds.first_user].content)
      if (!is_reminder(block)) visit_block(block, write);
  links.push_back(keyed_digest(bytes, secret).low);
  for (std::size_t i = bounds.tail; i < messages.size(); ++i) {
    bytes.assign(1, static_cast<char>('0' + static_cast<int>(messages[i].role)));
    visit_blocks(messages[i].content, write);
    links.push_back(keyed_digest(bytes, secret).low);
  }
  return links;
}

std::string message_text(const Message& message) {
  std::string text;
  for (const ContentBlock& block : message.content) {
    if (!text.empty()) text += "\n\n";
    if (const auto* words = std::get_if<TextBlock>(&block.value)) text += words->text;
  }
  return text;
}

PromptParts take_apart(const MessagesRequest& request, const TurnBounds& bounds, OrderingLevel level,
                       TextCutter& cutter, const LearnedView& learned, const HashSecret& secret) {
  return Apart(request, bounds, level, cutter, learned, secret).run();
}

}  // namespace anyclaude
