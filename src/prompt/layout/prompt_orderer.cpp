#include "prompt/layout/prompt_orderer.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "prompt/layout/kept_spellings.h"
#include "prompt/layout/layout_book.h"
#include "prompt/layout/learned_book.h"
#include "prompt/layout/pending_state.h"
#include "prompt/layout/piece_changes.h"
#include "prompt/layout/prompt_writer.h"
#include "prompt/layout/tool_arguments.h"
#include "prompt/rules/line_learner.h"

namespace anyclaude {
namespace {

constexpr StateTable kRanksTable{"prompt_ranks", 1, 8, 4 * 1024 * 1024};
constexpr std::string_view kToolRanksKey = "tools";
constexpr std::string_view kBlockRanksKey = "blocks";
constexpr std::string_view kSightingsKey = "all";
constexpr std::size_t kUpdatesMax = 200;
constexpr int kPlansMax = 4;
constexpr std::size_t kLearnedAtOnceMax = 16;
// What looking at a text costs beside its bytes.
constexpr std::size_t kBytesPerLearnedText = 128;
constexpr std::uint64_t kAllLines = std::numeric_limits<std::uint64_t>::max();

}  // namespace

class PromptOrderer::Impl {
 public:
  Impl(StateStore& store, const HashSecret& secret, PromptLayerOptions options)
      : level_(options.level),
        secret_(secret),
        first_ranks_(std::move(options.first_ranks)),
        state_(store),
        cutter_(std::move(options.rules), secret),
        layouts_(state_),
        arguments_(state_),
        learner_(secret),
        learned_(state_) {
    if (const auto bytes = state_.get(kRanksTable, kToolRanksKey)) tool_ranks_.decode(*bytes);
    if (const auto bytes = state_.get(kRanksTable, kBlockRanksKey)) block_ranks_.decode(*bytes);
    if (const auto bytes = state_.get(kSightingsTable, kSightingsKey)) learner_.decode(*bytes);
  }

  // What grows with a request is done without a lock: locks are held to look something up and to keep it.
  OrderReport order(MessagesRequest& request, const PromptContext& context) {
    if (level_ == OrderingLevel::off) return {};
    const Turn turn = look_at(request, context);
    Plan plan = settle(turn, request);
    OrderReport report{plan.continues, plan.layout.updates.size(), plan.parts.effects};
    if (turn.learning == Learning::allowed) learn_lines(turn);
    write_prompt(request, turn.bounds, plan.parts, plan.layout, level_);
    arguments_.restore(request);
    return report;
  }

  void remember_arguments(std::string_view tool_use_id, std::string_view text, std::string_view project) {
    arguments_.remember(tool_use_id, text, project);
  }

  Status flush() { return state_.flush(); }

 private:
  // A request, and what tells it from others.
  struct Turn {
    const MessagesRequest& request;
    TurnBounds bounds;
    std::vector<std::uint64_t> links;
    std::string key;
    std::uint64_t session;
    Learning learning;
    std::string_view project;
  };
  struct Plan {
    PromptParts parts;
    ConversationLayout layout;
    bool continues = false;
    bool changed = true;  // the layout is not as it is kept
  };

  Turn look_at(const MessagesRequest& request, const PromptContext& context) const {
    const TurnBounds bounds = find_turn_bounds(request.messages);
    std::vector<std::uint64_t> links = link_messages(request.messages, bounds, secret_);
    std::string key = conversation_key(context, links);
    const std::uint64_t session = keyed_digest(context.session_id, secret_).low;
    return {request, bounds, std::move(links), std::move(key), session, context.learning, context.project};
  }

  // Plans again when another request of the conversation was faster. Gives `request`, which is the turn's,
  // the spellings of the plan.
  Plan settle(const Turn& turn, MessagesRequest& request) {
    for (int tries = 1;; ++tries) {
      const LayoutCandidates known = layouts_.candidates(turn.key, turn.links, turn.session);
      Plan plan = make_plan(turn, known.layouts);
      plan.changed |= keep_spellings(request, turn.bounds, plan.layout, secret_);
      if (turn.learning == Learning::forbidden || !plan.changed) return plan;
      if (tries == kPlansMax) {
        layouts_.keep(turn.key, plan.layout, turn.project);
        return plan;
      }
      if (layouts_.keep(turn.key, plan.layout, turn.project, known.version) == LayoutBook::Kept::yes)
        return plan;
    }
  }

  std::string conversation_key(const PromptContext& context, const std::vector<std::uint64_t>& links) const {
    std::string bytes(context.partition);
    bytes += '\0';
    bytes += context.agent_id;
    bytes += '\0';
    bytes += word_of(level_);
    bytes += '\0';
    bytes += std::to_string(links.front());
    return keyed_digest(bytes, secret_).hex();
  }

  bool moves(const TurnBounds& bounds) const {
    return level_ >= OrderingLevel::standard && bounds.first_user != TurnBounds::kNone;
  }

  PromptParts parts_for(const Turn& turn, const LearnedView& learned) {
    return take_apart(turn.request, turn.bounds, level_, cutter_, learned, secret_);
  }
  LearnedView learned_before(std::uint64_t number) const { return learned_.view(number); }

  // The pieces that keep their place; where nothing moves there are none.
  std::vector<PromptPiece> placed_pieces(const PromptParts& parts, const TurnBounds& bounds) const {
    return moves(bounds) ? parts.pieces : std::vector<PromptPiece>();
  }

  // The layout whose pieces are all as they were is continued rather than one that is as near otherwise.
  Plan make_plan(const Turn& turn, const std::vector<std::shared_ptr<const ConversationLayout>>& candidates) {
    const std::vector<std::uint64_t>& links = turn.links;
    std::optional<Plan> best;
    for (const auto& candidate : candidates) {
      const bool whole = common_links(candidate->links, links) == candidate->links.size();
      if (best && !whole) break;
      if (links.size() == 1 && !may_be_sent_again(*candidate, turn.session)) continue;
      Plan plan{parts_for(turn, learned_before(candidate->learned_before)), *candidate, true, true};
      auto changes = find_changes(candidate->pieces, placed_pieces(plan.parts, turn.bounds));
      if (!changes) continue;
      const bool unchanged = changes->update.empty();
      // A first turn that says something else begins another conversation.
      if (!unchanged && links.size() == 1) continue;
      if (best && !unchanged) continue;
      if (continue_layout(plan, turn, std::move(*changes))) best = std::move(plan);
      if (unchanged) break;
    }
    if (!best) return begin(turn);
    observe_ranks(best->parts, turn.learning);
    best->changed |= extend_tools(*best);
    return std::move(*best);
  }

  // A first turn that was seen before is sent again, or opens another conversation, which is told what was
  // learned meanwhile.
  bool may_be_sent_again(const ConversationLayout& layout, std::uint64_t session) const {
    return layout.session == session && layout.learned_before == learned_.next();
  }

  Plan begin(const Turn& turn) {
    learned_.refresh();
    const std::uint64_t next = learned_.next();
    Plan plan{parts_for(turn, learned_before(next)), {}, false, true};
    observe_ranks(plan.parts, turn.learning);
    ConversationLayout& layout = plan.layout;
    layout.session = turn.session;
    layout.learned_before = next;
    layout.links = turn.links;
    layout.tools = order_tools(plan.parts.tools, {}, first_ranks_, tool_ranks_);
    place_pieces(placed_pieces(plan.parts, turn.bounds), layout.pieces);
    return plan;
  }

  // System text, then blocks by how widely they are shared, then the facts.
  void place_pieces(const std::vector<PromptPiece>& pieces, std::vector<LayoutPiece>& placed) const {
    using Standing = std::pair<int, std::int64_t>;
    std::vector<std::pair<Standing, const PromptPiece*>> standing;
    standing.reserve(pieces.size());
    for (const PromptPiece& piece : pieces) standing.emplace_back(standing_of(piece), &piece);
    std::ranges::stable_sort(standing, {}, [](const auto& entry) { return entry.first; });
    placed.reserve(pieces.size());
    for (const auto& [place, piece] : standing) placed.push_back({piece->kind, piece->text, piece->text});
  }

  std::pair<int, std::int64_t> standing_of(const PromptPiece& piece) const {
    const bool in_first_turn = piece.kind == PieceKind::block ||
                               (piece.kind == PieceKind::system && level_ == OrderingLevel::aggressive);
    if (!in_first_turn) return {piece.kind == PieceKind::system ? 0 : 2, 0};
    return {1, -static_cast<std::int64_t>(block_ranks_.count(keyed_digest(piece.text, secret_).low))};
  }

  // False when the conversation has been corrected so often that it is better to begin anew.
  bool continue_layout(Plan& plan, const Turn& turn, PieceChanges changes) const {
    ConversationLayout& layout = plan.layout;
    const std::size_t common = common_links(layout.links, turn.links);
    if (common < layout.links.size()) {
      depart(layout, common);
      auto from_there = find_changes(layout.pieces, placed_pieces(plan.parts, turn.bounds));
      if (!from_there) return false;
      changes = std::move(*from_there);
    }
    plan.changed = layout.links != turn.links || !changes.update.empty();
    layout.links = turn.links;
    for (std::size_t i = 0; i < layout.pieces.size(); ++i) layout.pieces[i].latest = changes.latest[i];
    for (const PromptPiece& piece : changes.added) layout.pieces.push_back({piece.kind, {}, piece.text});
    if (!changes.update.empty())
      layout.updates.push_back({links_to_last_user(turn.request, turn.bounds), std::move(changes.update)});
    return layout.updates.size() <= kUpdatesMax;
  }

  // The conversation went on from an earlier point: another one, with the updates up to there.
  static void depart(ConversationLayout& layout, std::size_t common) {
    layout.number = 0;
    forget_spellings(layout, common);
    const auto later = [common](const LayoutUpdate& update) { return update.after_links > common; };
    if (std::erase_if(layout.updates, later) == 0) return;
    layout.updates.clear();
    std::erase_if(layout.pieces, [](const LayoutPiece& piece) { return piece.said.empty(); });
    for (LayoutPiece& piece : layout.pieces) piece.latest = piece.said;
  }

  static std::uint64_t links_to_last_user(const MessagesRequest& request, const TurnBounds& bounds) {
    for (std::size_t i = request.messages.size(); i-- > bounds.tail;)
      if (request.messages[i].role == Role::user) return i - bounds.tail + 2;
    return 1;
  }

  bool extend_tools(Plan& plan) const {
    std::vector<std::string> tools =
        order_tools(plan.parts.tools, plan.layout.tools, first_ranks_, tool_ranks_);
    if (tools == plan.layout.tools) return false;
    plan.layout.tools = std::move(tools);
    return true;
  }

  void observe_ranks(const PromptParts& parts, Learning learning) {
    if (learning == Learning::forbidden) return;
    std::vector<std::uint64_t> tools;
    for (const StableTool& tool : parts.tools) tools.push_back(tool.definition);
    if (tool_ranks_.observe(std::move(tools)))
      state_.put(kRanksTable, std::string(kToolRanksKey), tool_ranks_.encode());
    std::vector<std::uint64_t> blocks;
    for (const PromptPiece& piece : parts.pieces)
      if (piece.kind != PieceKind::facts) blocks.push_back(keyed_digest(piece.text, secret_).low);
    if (block_ranks_.observe(std::move(blocks)))
      state_.put(kRanksTable, std::string(kBlockRanksKey), block_ranks_.encode());
  }

  // Below `standard` nothing is moved, so there is nothing to learn for. What a request says beyond
  // kLearnedTextBytesMax, and lines beyond kLearnedAtOnceMax, teach nothing.
  void learn_lines(const Turn& turn) {
    if (!moves(turn.bounds)) return;
    const LearnedView view = learned_before(kAllLines);
    std::vector<LearnedLine> found;
    std::size_t bytes = 0;
    const std::lock_guard lock(learner_mutex_);
    visit_client_texts(
        turn.request, turn.bounds, [&](TextPlace place, std::string_view owner, std::string_view text) {
          bytes += text.size() + kBytesPerLearnedText;
          if (bytes > limits::kLearnedTextBytesMax || found.size() >= kLearnedAtOnceMax) return;
          const auto kept =
              cutter_.cut(place, owner, text, CutDepth::volatile_too, view.lines, view.generation);
          std::ranges::move(learner_.observe(place, owner, kept->kept, turn.project),
                            std::back_inserter(found));
        });
    if (learner_.take_changed()) state_.put(kSightingsTable, std::string(kSightingsKey), learner_.encode());
    for (LearnedLine& line : found) learned_.add(std::move(line), secret_);
  }

  const OrderingLevel level_;
  const HashSecret secret_;
  const FirstRanks first_ranks_;
  PendingState state_;
  TextCutter cutter_;
  LayoutBook layouts_;
  ToolArguments arguments_;
  SetRanks tool_ranks_;
  SetRanks block_ranks_;
  std::mutex learner_mutex_;  // of the learner; taken before others
  LineLearner learner_;
  LearnedBook learned_;
};

PromptOrderer::PromptOrderer(StateStore& store, const HashSecret& secret, PromptLayerOptions options)
    : store_(store),
      secret_(secret),
      options_(std::move(options)),
      impl_(std::make_shared<Impl>(store_, secret_, options_)) {}

PromptOrderer::~PromptOrderer() = default;

std::shared_ptr<PromptOrderer::Impl> PromptOrderer::impl() const {
  const std::lock_guard lock(mutex_);
  return impl_;
}

OrderReport PromptOrderer::order(MessagesRequest& request, const PromptContext& context) {
  return impl()->order(request, context);
}

void PromptOrderer::remember_arguments(std::string_view tool_use_id, std::string_view text,
                                       std::string_view project) {
  impl()->remember_arguments(tool_use_id, text, project);
}

Status PromptOrderer::flush() {
  return impl()->flush();
}

void PromptOrderer::forget() {
  auto empty = std::make_shared<Impl>(store_, secret_, options_);
  const std::lock_guard lock(mutex_);
  impl_ = std::move(empty);
}

}  // namespace anyclaude
