#include "http/server/request_guard.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

GuardVerdict verdict(HeaderFields fields) {
  RequestGuard guard("192.168.1.5", {"broker.team.example", "Other.Example:9000"});
  guard.listens_on(4000);
  HttpRequest request;
  request.headers = std::move(fields);
  return guard.check(request);
}

TEST(RequestGuard, KnowsItsOwnHosts) {
  for (const char* host : {"localhost", "localhost:8080", "LOCALHOST:1", "localhost.", "127.0.0.1",
                           "127.0.0.1:8080", "127.255.3.4", "[::1]", "[::1]:8080", "192.168.1.5:80",
                           "broker.team.example", "broker.team.example:443", "other.example"}) {
    EXPECT_EQ(verdict({{"Host", host}}), GuardVerdict::allowed) << host;
  }
}

TEST(RequestGuard, RefusesOtherHosts) {
  for (const char* host :
       {"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0",
        "127.0.0.256", "127.0.0.0x1", "128.0.0.1", "evil-localhost", "[::2]", "[::1", "[::1]evil",
        "192.168.1.50", "team.example", "", "localhost@evil.example", "evil.example#localhost"}) {
    EXPECT_EQ(verdict({{"Host", host}}), GuardVerdict::foreign_host) << host;
  }
}

TEST(RequestGuard, RefusesForeignOrigins) {
  for (const char* origin :
       {"https://evil.example", "http://evil.example:8080", "null", "", "file://",
        "chrome-extension://abcdef", "http://localhost.evil.example", "https://127.0.0.1.evil.example",
        "localhost", "ftp://localhost", "http://localhost:8080", "http://127.0.0.1:3000", "http://[::1]:4000",
        "http://192.168.1.5", "https://192.168.1.5:4000", "https://other.example",
        "http://192.168.1.5:4000@evil.example", "http://192.168.1.5:4000/"}) {
    EXPECT_EQ(verdict({{"Host", "localhost"}, {"Origin", origin}}), GuardVerdict::foreign_origin) << origin;
  }
}

TEST(RequestGuard, AllowsItsOwnPages) {
  for (const char* origin : {"http://192.168.1.5:4000", "https://broker.team.example",
                             "http://broker.team.example:81", "https://other.example:9000"}) {
    EXPECT_EQ(verdict({{"Host", "localhost"}, {"Origin", origin}}), GuardVerdict::allowed) << origin;
  }
}

TEST(RequestGuard, LooksAtEveryFieldOfTheName) {
  EXPECT_EQ(
      verdict(
          {{"Host", "localhost"}, {"origin", "http://192.168.1.5:4000"}, {"Origin", "http://evil.example"}}),
      GuardVerdict::foreign_origin);
  EXPECT_EQ(verdict({{"Host", "localhost"}, {"HOST", "evil.example"}}), GuardVerdict::foreign_host);
}

TEST(RequestGuard, RefusesPagesThatTheBrowserCallsForeign) {
  for (const char* site : {"cross-site", "same-site", "Cross-Site", ""})
    EXPECT_EQ(verdict({{"Host", "localhost"}, {"Sec-Fetch-Site", site}}), GuardVerdict::foreign_site) << site;
  for (const char* site : {"none", "same-origin"})
    EXPECT_EQ(verdict({{"Host", "localhost"}, {"sec-fetch-site", site}}), GuardVerdict::allowed) << site;
}

// Claude Code sends these itself; they do not mark a page.
TEST(RequestGuard, LetsClaudeCodeIn) {
  EXPECT_EQ(verdict({{"Host", "127.0.0.1:4000"},
                     {"sec-fetch-mode", "cors"},
                     {"anthropic-dangerous-direct-browser-access", "true"}}),
            GuardVerdict::allowed);
}

// Only HTTP/1.0 clients leave Host out; browsers cannot.
TEST(RequestGuard, AllowsARequestWithoutHost) {
  EXPECT_EQ(verdict({}), GuardVerdict::allowed);
}

}  // namespace
}  // namespace anyclaude
