// Recorded and made-up requests on their way through the prompt layer.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "backend/dialect/chat_encoder.h"
#include "canonical/request_fixtures.h"
#include "fakes/built_in_profile.h"
#include "fakes/fake_clock.h"
#include "messages/json/json_document.h"
#include "prompt/layout/prompt_orderer.h"
#include "prompt/rules/text_lines.h"
#include "storage/memory/memory_store.h"

namespace anyclaude {

inline MessagesRequest parsed_text(const std::string& body) {
  auto document = JsonDocument::parse(body);
  EXPECT_TRUE(document.has_value());
  auto request = parse_messages_request(*document);
  if (!request) throw std::runtime_error(request.error().message);
  return std::move(*request);
}
inline MessagesRequest parsed(const Json& body) {
  return parsed_text(body.dump());
}

// A prompt layer over a store that outlives it, so that it can be started again.
class LayerFixture {
 public:
  explicit LayerFixture(OrderingLevel level = OrderingLevel::standard) : options_{level} { restart(); }

  void restart() {
    if (layer) (void)layer->flush();
    layer = std::make_unique<PromptOrderer>(store->states(), fixed_secrets().primary, options_);
  }

  MessagesRequest ordered(const Json& body, Learning learning = Learning::allowed,
                          std::string_view session = {}) {
    return ordered_text(body.dump(), learning, session);
  }
  MessagesRequest ordered_text(const std::string& body, Learning learning = Learning::allowed,
                               std::string_view session = {}) {
    MessagesRequest request = parsed_text(body);
    report = layer->order(request, {"local", {}, session, learning});
    return request;
  }

  // What a server gets.
  std::string encoded(const Json& body) {
    const auto bytes =
        encode_chat_request(ordered(body), {built_in_profile("llama-cpp"), "model", std::nullopt, 0});
    EXPECT_TRUE(bytes.has_value());
    return bytes.value_or("");
  }

  FakeClock clock;
  std::unique_ptr<MemoryStore> store = MemoryStore::create(clock);
  std::unique_ptr<PromptOrderer> layer;
  OrderReport report;

 private:
  PromptLayerOptions options_;
};

// The prompt as a template would show it, without its end: what the next prompt has to begin with.
std::string rendered_prompt(const MessagesRequest& request);

// Every line of text that a request says to the model, sorted.
std::vector<std::string> sorted_lines(const MessagesRequest& request);

// A conversation as a client sends it: one request for each turn.
Json with_turn(Json body, std::string_view answer, std::string_view question);

}  // namespace anyclaude
