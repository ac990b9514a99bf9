// A whole broker on a store of its own in front of an emulated server, over real sockets.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "app/broker_app.h"
#include "fakes/emulator/emulator.h"
#include "http/client/upstream_call.h"

namespace anyclaude::conformance {

using nlohmann::json;

enum class Delivery { streamed, whole };
inline constexpr Delivery kBoth[] = {Delivery::streamed, Delivery::whole};

// What the client got, whichever way it asked.
struct Answer {
  int status = 0;
  std::string cache;  // x-anyclaude-cache-status
  json message;       // null unless a whole message came
  json error;         // the inner error object, of an error reply or an error event
  std::string raw;

  bool ok() const { return status == 200 && message.is_object() && error.is_null(); }
  std::string text() const { return joined("text", "text"); }
  std::string thinking() const { return joined("thinking", "thinking"); }
  std::vector<json> calls() const;
  std::string stop_reason() const { return message.is_object() ? message.value("stop_reason", "") : ""; }

 private:
  std::string joined(const char* type, const char* member) const;
};

struct HouseOptions {
  std::string server_key = {};  // what the server asks for
  std::string broker_key = {};  // what the broker is configured with
  sim::EngineOptions engine = {};
  emulators::ModelFacts model = {};
  std::map<std::string, std::string> other_urls = {};  // by mode: further backends of the same broker
};

class House {
 public:
  explicit House(const emulators::Quirks& quirks, HouseOptions options = {});
  // Fails the test for every request that the real server would not have taken.
  ~House();

  Answer ask(json body, Delivery delivery) const;
  std::unique_ptr<UpstreamCall> start(json body) const;
  json metrics() const;
  // POST /admin/mode with the broker's own token; the status it answers.
  int switch_to(const std::string& mode) const;

  emulators::Emulator emulator;

 private:
  Config config(const HouseOptions& options) const;
  UpstreamRequest request(json body, Delivery delivery) const;

  const std::filesystem::path directory_;
  std::unique_ptr<BrokerApp> broker_;
  std::unique_ptr<UpstreamClient> client_;
};

// A Messages request of one user turn.
json asking(const std::string& text);
// The same with the tools Read, Bash and weather.
json asking_with_tools(const std::string& text);
// A conversation in which the model said something, called two tools, and both answered. The contents of the
// results.
json after_two_calls(const json& first_result, const json& second_result);
// A small PNG as an image block.
json image_block();

}  // namespace anyclaude::conformance
