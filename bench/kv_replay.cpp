#include "bench/kv_replay.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "backend/dialect/chat_encoder.h"
#include "backend/profile/backend_profiles.h"
#include "base/clock.h"
#include "messages/json/json_document.h"
#include "prompt/layout/prompt_orderer.h"
#include "storage/memory/memory_store.h"
#include "tools/simserver/request_reader.h"
#include "tools/simserver/whole_reply.h"

namespace anyclaude::bench {
namespace {

class ReportSink final : public sim::WholeReply {
 public:
  Status finish(const sim::GenerationReport&) override { return {}; }
  const sim::PromptReport& report() const { return prompt_; }
};

template <typename T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "kv_reuse: %s\n", result.error().message.c_str());
  std::exit(1);
}

// The way through the broker, without its sockets: parse, order, encode, and read as the server reads.
class BrokerWay {
 public:
  explicit BrokerWay(OrderingLevel level) : layer_(store_->states(), secret_, {level}) {}

  sim::ChatRequest take(const FlowRequest& request, double& order_ms) {
    const JsonDocument document = must(JsonDocument::parse(request.body));
    MessagesRequest parsed = must(parse_messages_request(document));
    const auto begin = std::chrono::steady_clock::now();
    layer_.order(parsed, {"local", request.agent_id, {}, Learning::allowed});
    order_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    (void)layer_.flush();
    const std::string body = must(encode_chat_request(parsed, {profile_, "model", std::nullopt, 0}));
    return must(sim::read_openai_request(must(sim::parse_body(body))));
  }

 private:
  RealClock clock_;
  std::unique_ptr<MemoryStore> store_ = MemoryStore::create(clock_);
  HashSecret secret_ = HashSecret::random();
  PromptOrderer layer_;
  BackendProfile profile_ = must(BackendProfiles::built_in().get("llama-cpp"));
};

sim::ChatRequest take_directly(const FlowRequest& request) {
  return must(
      sim::read_anthropic_request(must(sim::parse_body(request.body)), sim::MaxTokensField::required));
}

}  // namespace

std::vector<Replayed> replay(const Flow& flow, const Shape& shape, std::optional<OrderingLevel> level) {
  sim::Engine engine(shape.engine, sim::Script());
  sim::PatientClient client;
  std::optional<BrokerWay> broker;
  if (level) broker.emplace(*level);
  std::map<int, sim::Tokens> slots;
  std::vector<sim::Tokens> earlier;
  std::vector<Replayed> result;
  for (const FlowRequest& request : flow.requests) {
    Replayed replayed;
    replayed.request = request.name;
    replayed.is_side_request = request.is_side_request;
    sim::ChatRequest chat = broker ? broker->take(request, replayed.order_ms) : take_directly(request);
    chat.max_tokens = 8;  // as when the real server was measured
    const sim::PreparedPrompt prompt = engine.prepare(chat);
    ReportSink sink;
    engine.run(chat, prompt, sink, client);
    replayed.prompt = sink.report().prompt_tokens;
    replayed.prefilled = replayed.prompt - sink.report().reused_tokens;
    replayed.shared_with_slot = sim::common_prefix(slots[sink.report().slot], prompt.tokens);
    for (const sim::Tokens& other : earlier)
      replayed.shared_with_any = std::max(replayed.shared_with_any, sim::common_prefix(other, prompt.tokens));
    replayed.prompt_text = engine.render(chat);
    slots[sink.report().slot] = prompt.tokens;
    earlier.push_back(prompt.tokens);
    result.push_back(std::move(replayed));
  }
  return result;
}

}  // namespace anyclaude::bench
