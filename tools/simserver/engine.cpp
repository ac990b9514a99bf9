#include "tools/simserver/engine.h"

#include <algorithm>
#include <limits>

#include "base/digest.h"
#include "tools/simserver/generation.h"

namespace anyclaude::sim {
namespace {

constexpr std::size_t kDigestDigits = 16;

class StoppableWatch final : public ClientWatch {
 public:
  StoppableWatch(ClientWatch& client, const std::atomic<bool>& stopping)
      : client_(client), stopping_(stopping) {}
  bool left() override { return stopping_ || client_.left(); }

 private:
  ClientWatch& client_;
  const std::atomic<bool>& stopping_;
};

}  // namespace

PreparedPrompt Engine::prepare(const ChatRequest& request) const {
  const std::string text = render(request);
  PreparedPrompt prompt;
  prompt.tokens = tokenize(text);
  prompt.identity = {sha256_hex(text).substr(0, kDigestDigits), prompt.tokens.size()};
  prompt.reply = script_.reply_to(request, prompt.identity);
  return prompt;
}

RunEnd Engine::run(const ChatRequest& request, const PreparedPrompt& prompt, ReplySink& sink,
                   ClientWatch& client) {
  // A prompt that fills the context leaves no room for a first token.
  if (prompt.tokens.size() >= options_.context_tokens) {
    stats_.update([](StatsSnapshot& stats) { ++stats.refused; });
    return RunEnd::prompt_too_long;
  }
  StoppableWatch watch(client, stopping_);
  RunEnd end = RunEnd::client_left;
  const SlotWish wish{prompt.tokens, request.slot, request.reuse == SlotReuse::allowed};
  if (auto lease = slots_.acquire(wish, watch)) end = run_in_slot(request, prompt, *lease, sink, watch);
  stats_.update(
      [&](StatsSnapshot& stats) { ++(end == RunEnd::complete ? stats.completed : stats.cancelled); });
  return end;
}

RunEnd Engine::run_in_slot(const ChatRequest& request, const PreparedPrompt& prompt, SlotLease& lease,
                           ReplySink& sink, ClientWatch& client) {
  stats_.update([&](StatsSnapshot& stats) {
    stats.prompt_tokens += prompt.tokens.size();
    stats.reused_tokens += lease.reused();
  });
  if (const RunEnd end = prefill(request, prompt, lease, sink, client); end != RunEnd::complete) return end;
  const std::size_t to_read = prompt.tokens.size() - lease.reused();
  const PromptReport report{prompt.identity.digest, prompt.tokens.size(), lease.reused(),
                            pace_.prefill_ms(to_read), lease.slot()};
  if (!sink.begin(report)) return RunEnd::client_left;
  return decode(request, prompt, lease, sink, client);
}

RunEnd Engine::prefill(const ChatRequest& request, const PreparedPrompt& prompt, SlotLease& lease,
                       ReplySink& sink, ClientWatch& client) {
  const std::span<const Token> tokens(prompt.tokens);
  SteadyTime done_at = std::chrono::steady_clock::now();
  for (std::size_t done = lease.reused(); done < tokens.size();) {
    const std::size_t batch = pace_.prefill_batch(tokens.size() - done);
    done_at = pace_.book_prefill(batch, done_at);
    if (client.left() || wait_until(done_at, client) == WaitEnd::client_left) return RunEnd::client_left;
    lease.append(tokens.subspan(done, batch));
    done += batch;
    stats_.update([&](StatsSnapshot& stats) { stats.prefilled_tokens += batch; });
    if (request.progress == ProgressEvents::wanted && !sink.progress({tokens.size(), lease.reused(), done})) {
      return RunEnd::client_left;
    }
  }
  return RunEnd::complete;
}

RunEnd Engine::decode(const ChatRequest& request, const PreparedPrompt& prompt, SlotLease& lease,
                      ReplySink& sink, ClientWatch& client) {
  const std::size_t room = options_.context_tokens - prompt.tokens.size();
  const std::uint64_t asked = request.max_tokens.value_or(std::numeric_limits<std::uint64_t>::max());
  const Generation generation(prompt.reply, request.stop_sequences,
                              static_cast<std::size_t>(std::min<std::uint64_t>(asked, room)));
  const Tokens tokens = generation.tokens();
  SteadyTime due = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    due += pace_.decode_time();
    if (client.left() || wait_until(due, client) == WaitEnd::client_left) return RunEnd::client_left;
    lease.append({&tokens[i], 1});
    stats_.update([](StatsSnapshot& stats) { ++stats.generated_tokens; });
    if (!generation.emit(generation.pieces()[i], sink)) return RunEnd::client_left;
  }
  const GenerationReport report{generation.reason(), generation.stop_sequence(), tokens.size(),
                                pace_.decode_ms(tokens.size())};
  return sink.finish(report) ? RunEnd::complete : RunEnd::client_left;
}

}  // namespace anyclaude::sim
