#include "conformance/house.h"

#include "base/random_id.h"
#include "config/broker_files.h"
#include "fakes/event_order_checker.h"
#include "http/wire/sse.h"
#include "messages/events/message_assembler.h"

namespace anyclaude::conformance {
namespace {

using emulators::Emulator;
using emulators::EmulatorOptions;
using emulators::ModelField;
using emulators::Quirks;

// Two calls in one turn, which no line in a prompt asks for.
constexpr std::string_view kScript = R"([
  {"match": {"text": "do both at once", "tool_results": 0}, "reply": {"text": "Both.", "tool_calls": [
    {"name": "Read", "arguments": {"file_path": "a.txt"}}, {"name": "Bash", "arguments": {"command": "ls"}}]}}])";

EmulatorOptions emulator_options(const Quirks& quirks, const HouseOptions& options) {
  EmulatorOptions emulator;
  emulator.quirks = quirks;
  emulator.model = options.model;
  emulator.api_key = options.server_key;
  emulator.engine = options.engine;
  emulator.engine.slots = 2;
  emulator.script = *sim::Script::parse(kScript);
  return emulator;
}

json tool_use(const char* id, const char* name, const json& input) {
  return {{"type", "tool_use"}, {"id", id}, {"name", name}, {"input", input}};
}
json tool_result(const char* id, const json& content) {
  return {{"type", "tool_result"}, {"tool_use_id", id}, {"content", content}};
}
json error_of(const json& body) {
  return body.is_object() && body.contains("error") ? body["error"] : json("not an error object");
}

void read_stream(const std::string& body, Answer& answer) {
  EventOrderChecker checker;
  MessageAssembler assembler;
  SseParser parser;
  const auto take = [&](const SseEvent& event) {
    checker.on_event({event.name, event.data});
    assembler.feed(event.name, event.data);
    if (event.name == "error") answer.error = error_of(json::parse(event.data, nullptr, false));
  };
  EXPECT_TRUE(parser.feed(body, take));
  parser.finish(take);
  EXPECT_EQ(checker.violation(), "") << body;
  if (assembler.completeness() == MessageCompleteness::complete) answer.message = assembler.take();
}

Answer read_reply(const HttpReply& reply) {
  Answer answer;
  answer.status = reply.status;
  answer.cache = reply.headers.get("x-anyclaude-cache-status");
  answer.raw = reply.body;
  if (reply.headers.get("Content-Type").starts_with("text/event-stream")) {
    read_stream(reply.body, answer);
    return answer;
  }
  const json body = json::parse(reply.body, nullptr, false);
  if (reply.status == 200 && body.is_object() && body.value("type", "") == "message") {
    answer.message = body;
  } else {
    answer.error = error_of(body);
  }
  return answer;
}

}  // namespace

std::vector<json> Answer::calls() const {
  std::vector<json> calls;
  if (!message.is_object()) return calls;
  for (const json& block : message.at("content"))
    if (block.at("type") == "tool_use") calls.push_back(block);
  return calls;
}

std::string Answer::joined(const char* type, const char* member) const {
  std::string text;
  if (!message.is_object()) return text;
  for (const json& block : message.at("content"))
    if (block.at("type") == type) text += block.at(member).get<std::string>();
  return text;
}

House::House(const Quirks& quirks, HouseOptions options)
    : emulator(emulator_options(quirks, options)),
      directory_(std::filesystem::temp_directory_path() / random_id("anyclaude-conformance-")) {
  std::filesystem::create_directories(directory_);
  auto started = BrokerApp::start(config(options), BackendProfiles::built_in());
  if (!started) throw std::runtime_error(started.error().message);
  broker_ = std::move(*started);
  client_ = std::move(*UpstreamClient::create(*parse_url(broker_->url())));
}

House::~House() {
  broker_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
  for (const std::string& violation : emulator.violations()) ADD_FAILURE() << violation;
}

Config House::config(const HouseOptions& options) const {
  const Quirks& quirks = emulator.quirks();
  Config config;
  config.mode = quirks.mode;
  config.log_level = LogLevel::off;
  config.store_directory = directory_ / "store";
  BackendConfig& backend = config.backends[quirks.mode];
  backend.url = emulator.url() + (quirks.dialect == emulators::Dialect::chat ? "/v1" : "");
  backend.api_key = options.broker_key;
  // Who serves several models is told which; the others are asked what they have.
  if (!quirks.other_models.empty() && quirks.model == ModelField::must_be_served)
    backend.model = quirks.served_model;
  for (const auto& [mode, url] : options.other_urls) config.backends[mode].url = url;
  return config;
}

int House::switch_to(const std::string& mode) const {
  UpstreamRequest request;
  request.target = "/admin/mode";
  request.headers.set("Authorization", "Bearer " + *read_admin_token(directory_ / "store"));
  request.body = json{{"mode", mode}}.dump();
  return client_->fetch(std::move(request))->status;
}

UpstreamRequest House::request(json body, Delivery delivery) const {
  body["stream"] = delivery == Delivery::streamed;
  UpstreamRequest request;
  request.target = "/v1/messages?beta=true";
  request.headers.set("Content-Type", "application/json");
  if (emulator.quirks().dialect == emulators::Dialect::messages)
    request.headers.set("x-api-key", "the-clients-key");
  request.body = body.dump();
  return request;
}

Answer House::ask(json body, Delivery delivery) const {
  const auto reply = client_->fetch(request(std::move(body), delivery), std::chrono::seconds(30));
  if (reply) return read_reply(*reply);
  // The connection ended without a whole reply, which is an error that any client notices.
  Answer answer;
  answer.raw = reply.error().message;
  answer.error = {{"type", "connection"}, {"message", answer.raw}};
  return answer;
}

std::unique_ptr<UpstreamCall> House::start(json body) const {
  return client_->start(request(std::move(body), Delivery::streamed));
}

json House::metrics() const {
  UpstreamRequest request;
  request.method = "GET";
  request.target = "/metrics.json";
  return json::parse(client_->fetch(std::move(request))->body);
}

json asking(const std::string& text) {
  return {{"model", "claude-opus-4-8"},
          {"max_tokens", 1000},
          {"system", "You are a helpful assistant."},
          {"messages", json::array({{{"role", "user"}, {"content", text}}})}};
}

json asking_with_tools(const std::string& text) {
  const auto tool = [](const char* name, const json& properties) {
    return json{{"name", name},
                {"description", std::string("The tool ") + name},
                {"input_schema", {{"type", "object"}, {"properties", properties}}}};
  };
  json body = asking(text);
  body["tools"] = json::array({tool("Read", {{"file_path", {{"type", "string"}}}}),
                               tool("Bash", {{"command", {{"type", "string"}}}}),
                               tool("weather", {{"city", {{"type", "string"}}}})});
  return body;
}

json after_two_calls(const json& first_result, const json& second_result) {
  json body = asking_with_tools("SIM-SAY: Thank you.");
  body["messages"].push_back({{"role", "assistant"},
                              {"content", json::array({{{"type", "text"}, {"text", "I look at both."}},
                                                       tool_use("toolu_01", "Read", {{"file_path", "a.txt"}}),
                                                       tool_use("toolu_02", "Bash", {{"command", "ls"}})})}});
  body["messages"].push_back({{"role", "user"},
                              {"content", json::array({tool_result("toolu_01", first_result),
                                                       tool_result("toolu_02", second_result),
                                                       {{"type", "text"}, {"text", "And be quick."}}})}});
  return body;
}

json image_block() {
  return {{"type", "image"},
          {"source",
           {{"type", "base64"},
            {"media_type", "image/png"},
            {"data",
             "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5Er"
             "kJggg=="}}}};
}

}  // namespace anyclaude::conformance
