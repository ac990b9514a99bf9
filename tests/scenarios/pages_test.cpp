// What a page in a browser on this machine can do with a broker: nothing.
#include "config/broker_files.h"
#include "scenarios/broker_and_stub.h"
#include "tests/http/raw_client.h"

namespace anyclaude::scenarios {
namespace {

using nlohmann::json;

class Pages : public ::testing::Test {
 protected:
  Pages()
      : server([this](HttpRequest& request, ResponseWriter& client) { answer(request, client); }),
        broker("claude", server.url(), [](Config& config) {
          config.allowed_hosts = {"team.example", "other.example:8443"};
        }) {}

  void refuse(const HeaderFields& headers, const std::string& what) const {
    for (const auto& [method, target] :
         std::vector<std::pair<std::string, std::string>>{{"GET", "/metrics.json"},
                                                          {"GET", "/v1/models"},
                                                          {"GET", "/"},
                                                          {"POST", "/v1/messages"},
                                                          {"GET", "/admin/status"},
                                                          {"GET", "/v1/files"}}) {
      const HttpReply reply = broker.ask(method, target, headers, method == "POST" ? question("q") : "");
      EXPECT_EQ(reply.status, 403) << what << ": " << method << " " << target;
      EXPECT_EQ(json::parse(reply.body)["error"]["type"], "permission_error") << what;
    }
    EXPECT_TRUE(server.asked().empty()) << what << " reached the server";
  }
  void allow(const HeaderFields& headers, const std::string& what) const {
    EXPECT_EQ(broker.ask("GET", "/metrics.json", headers).status, 200) << what;
    EXPECT_EQ(broker.ask("GET", "/v1/files", headers).status, 200) << what;
  }
  std::string own_port() const { return ":" + std::to_string(broker.port()); }
  std::string other_port() const { return ":" + std::to_string(broker.port() == 3000 ? 3001 : 3000); }

  std::function<void(HttpRequest&, ResponseWriter&)> answer = [](HttpRequest&, ResponseWriter& client) {
    (void)client.send(200, {{"Content-Type", "application/json"}}, message_json("a"));
  };
  StubServer server;
  OneBroker broker;
};

TEST_F(Pages, OfOtherSitesAndOtherPortsAreRefused) {
  for (const char* site : {"cross-site", "same-site", "Cross-Site", "SAME-SITE", "", "anything"})
    refuse({{"Sec-Fetch-Site", site}}, std::string("Sec-Fetch-Site: ") + site);
  // An <img> sends no Origin.
  refuse({{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}, {"Sec-Fetch-Dest", "image"}},
         "an image");
  refuse({{"Sec-Fetch-Site", "none"}, {"sec-fetch-site", "cross-site"}}, "two lines");
  for (const std::string& origin : {std::string("null"),
                                    std::string(""),
                                    std::string("https://evil.example"),
                                    "http://localhost" + other_port(),
                                    "http://127.0.0.1" + other_port(),
                                    std::string("http://localhost"),
                                    std::string("http://127.0.0.1"),
                                    "https://127.0.0.1" + own_port(),
                                    "http://127.0.0.2" + own_port(),
                                    "http://[::1]" + other_port(),
                                    "http://127.0.0.1" + own_port() + ".evil.example",
                                    "http://127.0.0.1" + own_port() + "@evil.example",
                                    "http://127.0.0.1" + own_port() + "/",
                                    "http://127.0.0.1" + own_port() + " http://evil.example",
                                    "HTTP://LOCALHOST" + other_port(),
                                    std::string("file://"),
                                    std::string("chrome-extension://abc"),
                                    std::string("http://other.example"),
                                    std::string("http://sub.team.example"),
                                    "ws://127.0.0.1" + own_port()})
    refuse({{"Origin", origin}}, "Origin: " + origin);
  refuse({{"Origin", "http://127.0.0.1" + own_port()}, {"origin", "http://evil.example"}}, "two origins");
  refuse({{"Origin", "http://127.0.0.1" + own_port()}, {"Sec-Fetch-Site", "cross-site"}}, "they contradict");
}

TEST_F(Pages, OfItsOwnAndOfAllowedHostsAreNot) {
  allow({}, "no page at all");
  allow({{"sec-fetch-mode", "cors"}, {"anthropic-dangerous-direct-browser-access", "true"}},
        "Claude Code itself");
  for (const char* site : {"none", "same-origin", "Same-Origin"}) allow({{"Sec-Fetch-Site", site}}, site);
  for (const std::string& origin :
       {"http://127.0.0.1" + own_port(), "http://localhost" + own_port(), "HTTP://Localhost" + own_port(),
        std::string("https://team.example"), std::string("http://team.example:81"),
        std::string("https://other.example:8443")})
    allow({{"Origin", origin}}, origin);
}

TEST_F(Pages, HostsOfOtherNamesAreRefusedInEverySpelling) {
  const auto status_with = [&](const std::string& host) {
    return test::status_of(test::exchange(
        broker.port(), "GET /metrics.json HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"));
  };
  for (const std::string& host : {"evil.example" + own_port(), std::string("127.0.0.1.evil.example"),
                                  std::string("LOCALHOST.evil.example"), std::string("")})
    EXPECT_EQ(status_with(host), 403) << host;
  for (const std::string& host : {"127.0.0.1" + own_port(), std::string("LocalHost:1"),
                                  std::string("[::1]:9"), std::string("TEAM.example")})
    EXPECT_EQ(status_with(host), 200) << host;
}

TEST_F(Pages, APreflightGetsNoLeave) {
  for (const char* target : {"/v1/messages", "/admin/mode", "/v1/files", "/"})
    for (const HeaderFields& headers :
         {HeaderFields{}, HeaderFields{{"Access-Control-Request-Method", "POST"}},
          HeaderFields{{"Origin", "http://127.0.0.1" + own_port()},
                       {"Access-Control-Request-Method", "POST"}},
          HeaderFields{{"Origin", "https://evil.example"},
                       {"Access-Control-Request-Private-Network", "true"}}}) {
      const HttpReply reply = broker.ask("OPTIONS", target, headers);
      EXPECT_TRUE(reply.status == 403 || reply.status == 405) << target << " " << reply.status;
      for (const HeaderField& field : reply.headers)
        EXPECT_FALSE(field.name.starts_with("Access-Control")) << target << " " << field.name;
    }
  for (const char* method : {"TRACE", "CONNECT", "TRACK", "BREW"})
    EXPECT_EQ(broker.ask(method, "/v1/files").status, 405) << method;
  EXPECT_TRUE(server.asked().empty());
}

// --- Paths ---

TEST_F(Pages, OddPathsGoNowhere) {
  const std::string token = *read_admin_token(broker.store());
  for (const char* target : {"//admin/status",
                             "/%61dmin/status",
                             "/admi%6e/status",
                             "/admin/../admin/status",
                             "/./admin/status",
                             "/v1/../admin/status",
                             "/v1/%2e%2e/admin/status",
                             "/v1/.%2e/admin/status",
                             "/v1/..%2fadmin/status",
                             "/v1%2f..%2fadmin/status",
                             "/admin;x/status",
                             "/;/admin/status",
                             "/admin//status",
                             "/Admin/status",
                             "/ADMIN/mode",
                             "/%2fadmin/status",
                             "/admin%2fstatus",
                             "/admin%2Fstatus",
                             "/admin\\status",
                             "/\\admin/status",
                             "/%5cadmin/status",
                             "/v1/files/%2e",
                             "/v1/files/..",
                             "/v1/files/.",
                             "/..",
                             "/%",
                             "/v1/%4",
                             "/v1/%zz",
                             "/v1/%00",
                             "/v1/%0d%0aX: y",
                             "/%252e%252e/admin/status",
                             "/v1/a%25b",
                             "/v1/messages;x=1",
                             "///admin/status",
                             "/admin/status#x",
                             "/admin/",
                             "/admin/status/",
                             "/v1/files#/admin"}) {
    const std::string reply = test::exchange(
        broker.port(), std::string("GET ") + target +
                           " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " +
                           token + "\r\n\r\n");
    EXPECT_EQ(test::status_of(reply), 400) << target << "\n" << reply;
    EXPECT_EQ(test::body_of(reply).find("config_digest"), std::string::npos) << target;
  }
  EXPECT_EQ(broker.ask("GET", "/admin", {{"Authorization", "Bearer " + token}}).status, 404);
  EXPECT_EQ(broker.ask("GET", "/admin/status", {{"Authorization", "Bearer " + token}}).status, 200);
  EXPECT_TRUE(server.asked().empty()) << server.asked().back().target << " went to the server";
}

TEST_F(Pages, PathsThatPeopleWriteStillWork) {
  const auto goes_up_as = [&](const std::string& method, const std::string& target) {
    const std::size_t before = server.asked().size();
    const HttpReply reply = broker.ask(method, target, {}, method == "POST" ? question(target) : "");
    EXPECT_EQ(reply.status, 200) << target << " " << reply.body;
    return server.asked().size() > before ? server.asked().back().target : "";
  };
  EXPECT_EQ(goes_up_as("POST", "/v1/messages?beta=true"), "/v1/messages?beta=true");
  EXPECT_EQ(goes_up_as("POST", "//v1/messages?beta=true&x=%2F"), "/v1/messages?beta=true&x=%2F");
  EXPECT_EQ(goes_up_as("POST", "/v1/messages/"), "/v1/messages");
  EXPECT_EQ(goes_up_as("GET", "/v1//files/?a=//b"), "/v1/files/?a=//b");
  EXPECT_EQ(goes_up_as("GET", "/v1/models/org%2Fmodel"), "/v1/models/org%2Fmodel");
  EXPECT_EQ(goes_up_as("GET", "/v1/models/qwen3:8b@main"), "/v1/models/qwen3:8b@main");
  EXPECT_EQ(goes_up_as("GET", "/administration"), "/administration");
  EXPECT_EQ(goes_up_as("GET", "/v1/admin/keys"), "/v1/admin/keys");
  EXPECT_EQ(goes_up_as("GET", "//metrics.json"), "") << "it is the broker's own";
}

// --- What replies say to browsers ---

void expect_closed_to_pages(const std::string& reply, const std::string& what) {
  const std::string head = reply.substr(0, reply.find("\r\n\r\n"));
  std::string lower = head;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::size_t at = lower.find("\r\nx-content-type-options: nosniff");
  EXPECT_NE(at, std::string::npos) << what << "\n" << head;
  EXPECT_EQ(lower.find("x-content-type-options", at + 10), std::string::npos) << what << ": twice\n" << head;
  for (const char* name : {"access-control-", "timing-allow-origin", "cross-origin-resource-policy"})
    EXPECT_EQ(lower.find(name), std::string::npos) << what << "\n" << head;
}

TEST_F(Pages, NoReplyMayBeReadOrTakenForAScript) {
  int status = 200;
  std::string type = "application/json";
  std::string body = message_json("a");
  answer = [&](HttpRequest&, ResponseWriter& client) {
    (void)client.send(status,
                      {{"Content-Type", type},
                       {"Access-Control-Allow-Origin", "*"},
                       {"ACCESS-CONTROL-ALLOW-CREDENTIALS", "true"},
                       {"access-control-allow-private-network", "true"},
                       {"Timing-Allow-Origin", "*"},
                       {"Cross-Origin-Resource-Policy", "cross-origin"},
                       {"X-Content-Type-Options", "sniff"}},
                      body);
  };
  const auto exchange = [&](const std::string& line, const std::string& content = "",
                            const std::string& fields = "Host: localhost\r\n") {
    return test::exchange(broker.port(), line + " HTTP/1.1\r\n" + fields +
                                             "Connection: close\r\nContent-Length: " +
                                             std::to_string(content.size()) + "\r\n\r\n" + content);
  };
  expect_closed_to_pages(exchange("POST /v1/messages", question("q")), "a miss");
  expect_closed_to_pages(exchange("POST /v1/messages", question("q")), "a hit");
  json streamed = json::parse(question("q"));
  streamed["stream"] = true;
  expect_closed_to_pages(exchange("POST /v1/messages", streamed.dump()), "a hit as a stream");
  type = "text/event-stream";
  body = "event: ping\ndata: {\"type\":\"ping\"}\n\n";
  streamed["max_tokens"] = 51;
  expect_closed_to_pages(exchange("POST /v1/messages", streamed.dump()), "a stream");
  status = 429;
  type = "application/json";
  body = R"({"type":"error","error":{"type":"rate_limit_error","message":"slow"}})";
  expect_closed_to_pages(exchange("POST /v1/messages", question("limited")), "the server's error");
  for (const char* line : {"GET /", "HEAD /", "GET /metrics.json", "GET /health/live", "GET /health/ready",
                           "GET /v1/models", "GET /v1/files", "GET /admin/status", "GET //admin", "OPTIONS /",
                           "DELETE /v1/messages", "POST /v1/messages"})
    expect_closed_to_pages(exchange(line), line);
  expect_closed_to_pages(exchange("GET /", "", "Host: evil.example\r\n"), "a refused host");
  expect_closed_to_pages(exchange("GET /", "", ""), "400 by the HTTP layer");
  expect_closed_to_pages(exchange("GET /", "", "Host: a\r\nX: " + std::string(70'000, 'x') + "\r\n"), "431");
}

}  // namespace
}  // namespace anyclaude::scenarios
