// A broker whose server is a broker again, itself in the end: every request ends, at once and with a
// sentence.
#include "config/broker_files.h"
#include "http/wire/header_syntax.h"
#include "scenarios/broker_and_stub.h"

namespace anyclaude::scenarios {
namespace {

using nlohmann::json;

// Passes everything on to an address that is known later: what a port forwarding or a second name of this
// machine does, which no look at addresses finds.
class Forwarding {
 public:
  Forwarding()
      : stub_([this](HttpRequest& request, ResponseWriter& client) {
          const HttpReply reply =
              ask(target, request.method, request.target, request.headers, std::move(request.body));
          (void)client.send(reply.status, reply.headers, reply.body);
        }) {}

  std::string url() const { return stub_.url(); }
  std::size_t passed() const { return stub_.asked().size(); }

  std::string target;

 private:
  StubServer stub_;
};

void expect_loop_error(const HttpReply& reply, const std::string& what) {
  EXPECT_EQ(reply.status, 508) << what << ": " << reply.body;
  EXPECT_EQ(reply.headers.get("x-should-retry"), "false") << what;
  const json said = json::parse(reply.body, nullptr, false);
  ASSERT_TRUE(said.is_object()) << what << ": " << reply.body;
  EXPECT_EQ(said["type"], "error") << what;
  EXPECT_EQ(said["error"]["type"], "api_error") << what;
  EXPECT_NE(said["error"]["message"].get<std::string>().find("--backend-url"), std::string::npos)
      << reply.body;
}

struct Question {
  const char* method;
  const char* target;
  std::string body;
};

const std::vector<Question>& questions() {
  static const std::vector<Question> all = {
      {"POST", "/v1/messages?beta=true", question("q")},
      {"POST", "/v1/messages",
       R"({"model":"m","max_tokens":5,"stream":true,"messages":[{"role":"user","content":"s"}]})"},
      {"GET", "/v1/models", ""},
      {"GET", "/v1/models/some-model", ""}};
  return all;
}

class Ring : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Modes, Ring, ::testing::Values("claude", "openai", "llama-cpp", "ollama"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(Ring, OfOneEndsAtOnce) {
  Forwarding forwarding;
  const OneBroker broker(GetParam(), forwarding.url());
  forwarding.target = broker.url();
  for (const Question& asked : questions()) {
    const std::size_t before = forwarding.passed();
    expect_loop_error(broker.ask(asked.method, asked.target, {}, asked.body), asked.target);
    EXPECT_EQ(forwarding.passed() - before, 1u) << asked.target;
  }
  EXPECT_EQ(broker.ask("GET", "/metrics.json").status, 200) << "it still serves";
}

TEST_P(Ring, OfTwoEndsAtOnce) {
  Forwarding forwarding;
  const OneBroker first(GetParam(), forwarding.url());
  const OneBroker second(GetParam(), first.url());
  forwarding.target = second.url();
  for (const OneBroker* entrance : {&first, &second})
    for (const Question& asked : questions()) {
      const std::size_t before = forwarding.passed();
      expect_loop_error(entrance->ask(asked.method, asked.target, {}, asked.body), asked.target);
      // A llama.cpp server is asked twice what it runs.
      EXPECT_LE(forwarding.passed() - before, 2u) << asked.target;
    }
}

TEST_P(Ring, OfMixedKindsEndsAtOnce) {
  Forwarding forwarding;
  const OneBroker first(GetParam(), forwarding.url());
  const OneBroker second("claude", first.url());
  forwarding.target = second.url();
  expect_loop_error(second.ask("POST", "/v1/messages", {}, question("q")), "messages");
}

TEST_P(Ring, CountingAndReadinessEndToo) {
  Forwarding forwarding;
  const OneBroker broker(GetParam(), forwarding.url());
  forwarding.target = broker.url();
  const bool is_verbatim = std::string(GetParam()) == "claude";
  const HttpReply counted = broker.ask("POST", "/v1/messages/count_tokens", {}, question("q"));
  EXPECT_EQ(counted.status, is_verbatim ? 508 : 200) << counted.body;
  EXPECT_EQ(broker.ask("GET", "/health/ready").status, is_verbatim ? 200 : 503);
  EXPECT_LE(forwarding.passed(), 4u);
}

TEST(Loops, OtherRequestsOfTheVerbatimLaneEndToo) {
  Forwarding forwarding;
  const OneBroker broker("claude", forwarding.url());
  forwarding.target = broker.url();
  expect_loop_error(broker.ask("GET", "/v1/files"), "files");
  expect_loop_error(broker.ask("POST", "/v1/messages/batches", {}, "{}"), "batches");
  EXPECT_EQ(forwarding.passed(), 2u);
}

// --- Chains that are none ---

TEST(Loops, ABrokerBehindABrokerIsNoLoop) {
  StubServer server([](HttpRequest&, ResponseWriter& client) {
    (void)client.send(200, {{"Content-Type", "application/json"}}, message_json("at last"));
  });
  const OneBroker last("claude", server.url());
  const OneBroker middle("claude", last.url());
  const OneBroker first("claude", middle.url());
  const HttpReply reply = first.post(question("q"));
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_NE(reply.body.find("at last"), std::string::npos);
  const std::string via(server.asked().at(0).headers.get("x-anyclaude-via"));
  EXPECT_EQ(std::count(via.begin(), via.end(), ','), 2) << via;
}

TEST(Loops, AChainThatIsTooLongIsTakenForOne) {
  StubServer server([](HttpRequest&, ResponseWriter& client) {
    (void)client.send(200, {{"Content-Type", "application/json"}}, message_json("a"));
  });
  const OneBroker broker("claude", server.url());
  EXPECT_EQ(broker.post(question("q"), {{"x-anyclaude-via", "a, b, c"}}).status, 200);
  expect_loop_error(broker.post(question("r"), {{"x-anyclaude-via", "a, b, c, d"}}), "four in one line");
  expect_loop_error(broker.post(question("r"), {{"x-anyclaude-via", "a,b"}, {"X-Anyclaude-Via", "c ,d"}}),
                    "four in two lines");
  EXPECT_EQ(server.asked().size(), 1u);
}

// --- Its own address, found at the start ---

int unused_port() {
  const StubServer server([](HttpRequest&, ResponseWriter&) {});
  return parse_url(server.url())->port;
}

void expect_refused_start(const std::string& mode, const std::string& listen, const std::string& host) {
  const int port = unused_port();
  const std::string url = "http://" + ascii_lower(host) + ":" + std::to_string(port);
  const OneBroker broker(mode, "http://" + host + ":" + std::to_string(port), [&](Config& config) {
    config.listen_host = listen;
    config.listen_port = port;
    // 0.0.0.0 counts as an address elsewhere, where plain HTTP has to be allowed.
    for (auto& [name, backend] : config.backends) backend.plain_http = PlainHttp::allowed;
  });
  ASSERT_TRUE(broker.refusal()) << mode << " on " << listen << " with " << url;
  EXPECT_EQ(broker.refusal()->source, ErrorSource::config) << broker.refusal()->message;
  EXPECT_NE(broker.refusal()->message.find(url), std::string::npos) << broker.refusal()->message;
  EXPECT_NE(broker.refusal()->message.find("listens on"), std::string::npos) << broker.refusal()->message;
}

TEST(Loops, ABrokerThatIsItsOwnServerDoesNotStart) {
  for (const char* mode : {"claude", "openai", "llama-cpp"})
    for (const char* host : {"127.0.0.1", "localhost", "LOCALHOST", "0.0.0.0", "[::ffff:127.0.0.1]"})
      expect_refused_start(mode, "127.0.0.1", host);
  for (const char* host : {"127.0.0.1", "127.0.0.2", "localhost", "0.0.0.0"})
    expect_refused_start("claude", "0.0.0.0", host);
  expect_refused_start("claude", "localhost", "127.0.0.1");
}

TEST(Loops, AServerOnTheSamePortElsewhereIsNone) {
  const int port = unused_port();
  const OneBroker broker("claude", "http://127.0.0.2:" + std::to_string(port), [&](Config& config) {
    config.listen_host = "127.0.0.1";
    config.listen_port = port;
  });
  EXPECT_FALSE(broker.refusal()) << broker.refusal()->message;
}

RoutingRule rule_to(const std::string& backend) {
  RoutingRule rule;
  rule.when.model = "*haiku*";
  rule.backend = backend;
  return rule;
}

TEST(Loops, EntriesOfRulesAndStandInsAreLookedAtToo) {
  const int port = unused_port();
  for (const bool as_stand_in : {true, false}) {
    const OneBroker broker("openai", "http://127.0.0.1:9", [&](Config& config) {
      config.listen_port = port;
      config.backends["me"].profile = "claude";
      config.backends["me"].url = "http://localhost:" + std::to_string(port);
      if (as_stand_in)
        config.fallback = {"me"};
      else
        config.routing = {rule_to("me")};
    });
    ASSERT_TRUE(broker.refusal());
    EXPECT_NE(broker.refusal()->message.find("'me'"), std::string::npos) << broker.refusal()->message;
  }
}

TEST(Loops, ASwitchToItselfIsRefused) {
  const int port = unused_port();
  StubServer server([](HttpRequest&, ResponseWriter& client) {
    (void)client.send(200, {{"Content-Type", "application/json"}}, message_json("a"));
  });
  const OneBroker broker("claude", server.url(), [&](Config& config) {
    config.listen_port = port;
    config.backends["me"].profile = "claude";
    config.backends["me"].url = "http://localhost:" + std::to_string(port);
  });
  ASSERT_FALSE(broker.refusal()) << broker.refusal()->message;
  const HttpReply reply =
      broker.ask("POST", "/admin/mode", {{"Authorization", "Bearer " + *read_admin_token(broker.store())}},
                 R"({"mode":"me"})");
  EXPECT_EQ(reply.status, 400) << reply.body;
  EXPECT_NE(reply.body.find("listens on"), std::string::npos) << reply.body;
  EXPECT_EQ(broker.post(question("q")).status, 200) << "the mode stays what it was";
}

}  // namespace
}  // namespace anyclaude::scenarios
