// A key that the configuration gives to the broker stays there, also when the server repeats it.
#include <thread>

#include "scenarios/broker_and_stub.h"

namespace anyclaude::scenarios {
namespace {

using nlohmann::json;

// With what JSON, URLs and base64 spell in another way.
const std::string kKey = "sk-of/the+broker\"0123456789ab";

std::string key_of(const HttpRequest& request) {
  const std::string_view bearer = request.headers.get("Authorization");
  return std::string(bearer.empty() ? request.headers.get("x-api-key") : bearer.substr(7));
}

// What holds a piece of the key that is long enough to be of use.
std::string find_key(const std::string& text) {
  constexpr std::size_t kTellingBytes = 8;
  for (std::size_t at = 0; at + kTellingBytes <= kKey.size(); ++at)
    if (text.find(kKey.substr(at, kTellingBytes)) != std::string::npos) return kKey.substr(at, kTellingBytes);
  return {};
}

void expect_masked(const HttpReply& reply, const std::string& what) {
  EXPECT_EQ(find_key(reply.body), "") << what << ": " << reply.body;
  for (const HeaderField& field : reply.headers)
    EXPECT_EQ(find_key(field.value), "") << what << ": " << field.name << ": " << field.value;
}

class MaskedKey : public ::testing::TestWithParam<const char*> {
 protected:
  MaskedKey()
      : server([this](HttpRequest& request, ResponseWriter& client) {
          if (request.method == "GET" && !lists_models_badly && request.target.ends_with("/models"))
            return (void)client.send(200, {{"Content-Type", "application/json"}},
                                     R"({"object":"list","data":[{"id":"m","object":"model"}]})");
          seen_key = key_of(request);
          answer(request, client);
        }),
        broker(GetParam(), server.url(), [](Config& config) { config.backends[GetParam()].api_key = kKey; }) {
  }

  HttpReply ask() {
    const HttpReply reply = broker.post(question("q" + std::to_string(++asked_)));
    EXPECT_EQ(seen_key, kKey) << "the server did not get the key";
    return reply;
  }

  std::string seen_key;
  bool lists_models_badly = false;
  std::function<void(HttpRequest&, ResponseWriter&)> answer;
  StubServer server;
  OneBroker broker;
  int asked_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Modes, MaskedKey, ::testing::Values("claude", "openai", "openrouter"));

TEST_P(MaskedKey, InErrorsOfEveryStatus) {
  for (const int status : {400, 401, 403, 404, 429, 500, 503, 529}) {
    answer = [&](HttpRequest& request, ResponseWriter& client) {
      (void)client.send(
          status, {{"Content-Type", "application/json"}, {"x-seen", "Bearer " + key_of(request)}},
          json{{"error", {{"message", "Incorrect API key provided: " + key_of(request) + ". Mind it."}}}}
              .dump());
    };
    const HttpReply reply = ask();
    expect_masked(reply, std::to_string(status));
    EXPECT_NE(reply.body.find("Incorrect API key provided: ***"), std::string::npos) << reply.body;
    EXPECT_NE(reply.body.find("Mind it."), std::string::npos) << reply.body;
  }
}

TEST_P(MaskedKey, InTextThatIsNoJson) {
  answer = [](HttpRequest& request, ResponseWriter& client) {
    (void)client.send(401, {{"Content-Type", "text/plain"}},
                      "no such key: " + key_of(request) + key_of(request));
  };
  const HttpReply reply = ask();
  expect_masked(reply, "text");
  EXPECT_NE(reply.body.find("no such key: ***"), std::string::npos) << reply.body;
}

// Of a long message only the beginning is passed on, which may end within the key.
TEST_P(MaskedKey, WhereALongMessageIsCut) {
  for (std::size_t length = 1'960; length < 2'010; length += 7) {
    answer = [&](HttpRequest& request, ResponseWriter& client) {
      (void)client.send(401, {{"Content-Type", "application/json"}},
                        json{{"error", {{"message", std::string(length, '.') + key_of(request)}}}}.dump());
    };
    expect_masked(ask(), std::to_string(length));
  }
}

TEST_P(MaskedKey, InAnErrorUnderStatus200) {
  answer = [](HttpRequest& request, ResponseWriter& client) {
    (void)client.send(
        200, {{"Content-Type", "application/json"}},
        json{{"type", "error"}, {"error", {{"type", "api_error"}, {"message", "key " + key_of(request)}}}}
            .dump());
  };
  const HttpReply reply = ask();
  expect_masked(reply, "200");
  EXPECT_NE(reply.body.find("key ***"), std::string::npos) << reply.body;
}

TEST_P(MaskedKey, InAnErrorInMidStream) {
  const bool is_verbatim = std::string(GetParam()) == "claude";
  answer = [&](HttpRequest& request, ResponseWriter& client) {
    (void)client.start(200, {{"Content-Type", "text/event-stream"}});
    const std::string begin =
        is_verbatim
            ? "event: message_start\ndata: " +
                  json{{"type", "message_start"}, {"message", json::parse(message_json(""))}}.dump() + "\n\n"
            : std::string(R"(data: {"choices":[{"index":0,"delta":{"content":"half"}}]})") + "\n\n";
    (void)client.write(begin);
    const std::string error =
        (is_verbatim ? "event: error\n" : "") + std::string("data: ") +
        json{{"type", "error"}, {"error", {{"type", "api_error"}, {"message", "key " + key_of(request)}}}}
            .dump() +
        "\n\n";
    for (const char c : error) (void)client.write(std::string(1, c));
    (void)client.finish();
  };
  json body = json::parse(question("streamed"));
  body["stream"] = true;
  const HttpReply reply = broker.post(body.dump());
  expect_masked(reply, "stream");
  EXPECT_NE(reply.body.find("key ***"), std::string::npos) << reply.body;
}

TEST_P(MaskedKey, WhereItIsAskedWhatItRuns) {
  lists_models_badly = true;
  answer = [](HttpRequest& request, ResponseWriter& client) {
    (void)client.send(503, {{"Content-Type", "application/json"}},
                      json{{"error", "not for " + key_of(request)}}.dump());
  };
  expect_masked(broker.ask("GET", "/v1/models"), "models");
  expect_masked(broker.ask("GET", "/health/ready"), "readiness");
  expect_masked(broker.post(question("q")), "messages");
  expect_masked(broker.ask("POST", "/v1/messages/count_tokens", {}, question("q")), "count");
}

// --- Only where the client's bytes pass ---

class MaskedKeyVerbatim : public MaskedKey {};
INSTANTIATE_TEST_SUITE_P(Modes, MaskedKeyVerbatim, ::testing::Values("claude"));

TEST_P(MaskedKeyVerbatim, HoweverTheErrorIsCutAndSpelled) {
  const std::vector<std::string> spellings = {kKey,
                                              json(kKey).dump(),
                                              "sk-of\\/the+broker\\\"0123456789ab",
                                              "sk-of%2Fthe%2Bbroker%220123456789ab",
                                              "c2stb2YvdGhlK2Jyb2tlciIwMTIzNDU2Nzg5YWI=",
                                              "OnNrLW9mL3RoZSticm9rZXIiMDEyMzQ1Njc4OWFi",
                                              "dTpzay1vZi90aGUrYnJva2VyIjAxMjM0NTY3ODlhYg=="};
  for (const std::string& spelling : spellings)
    for (const std::size_t piece : {1u, 3u, 7u, 1000u}) {
      answer = [&](HttpRequest&, ResponseWriter& client) {
        const std::string body = "<<" + spelling + "|sk-of|" + spelling + ">>";
        (void)client.start(401, {{"Content-Type", "text/event-stream"}});
        for (std::size_t at = 0; at < body.size(); at += piece) (void)client.write(body.substr(at, piece));
        (void)client.finish();
      };
      const HttpReply reply = ask();
      expect_masked(reply, spelling);
      const std::string inner = spelling.substr(6, spelling.size() - 12);
      EXPECT_EQ(reply.body.find(inner), std::string::npos) << reply.body;
      EXPECT_NE(reply.body.find("|sk-of|"), std::string::npos) << reply.body;
      EXPECT_TRUE(reply.body.starts_with("<<") && reply.body.ends_with(">>")) << reply.body;
    }
}

TEST_P(MaskedKeyVerbatim, InRepliesToRequestsThatPass) {
  answer = [](HttpRequest& request, ResponseWriter& client) {
    const int status = request.target == "/v1/files" ? 404 : 302;
    (void)client.send(status, {{"Content-Type", "text/plain"}, {"Location", "/login?key=" + key_of(request)}},
                      "none for " + key_of(request));
  };
  const HttpReply refused = broker.ask("GET", "/v1/files");
  expect_masked(refused, "files");
  EXPECT_EQ(refused.body, "none for ***");
  const HttpReply moved = broker.ask("GET", "/v1/old");
  EXPECT_EQ(moved.headers.get("Location"), "/login?key=***");
}

// A model that reads the configuration aloud says what it says, and the next edit depends on it.
TEST_P(MaskedKeyVerbatim, AnAnswerIsLeftAlone) {
  answer = [](HttpRequest& request, ResponseWriter& client) {
    (void)client.send(200, {{"Content-Type", "application/json"}},
                      message_json(R"({"error":"x"} )" + key_of(request)));
  };
  EXPECT_NE(ask().body.find(json(kKey).dump().substr(1, kKey.size() - 4)), std::string::npos);
}

// Errors of which the client knows the wording pass as they are.
TEST_P(MaskedKeyVerbatim, OtherErrorsPassByteForByte) {
  const std::string odd =
      "{ \"type\" : \"error\",\n\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded "
      "sk-of/the\"} }";
  answer = [&](HttpRequest&, ResponseWriter& client) {
    (void)client.send(529, {{"Content-Type", "application/json"}}, odd);
  };
  EXPECT_EQ(ask().body, odd);
}

}  // namespace
}  // namespace anyclaude::scenarios
