#include "http/client/proxy_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace anyclaude {
namespace {

// The proxy's address; "direct", or the error's message.
std::string way_to(const std::string& server, ProxyVariables variables) {
  const auto proxy = ProxySettings(std::move(variables)).proxy_for(*parse_url(server));
  if (!proxy) return proxy.error().message;
  return *proxy ? (*proxy)->origin() : "direct";
}

bool is_direct(const std::string& server, const std::string& no_proxy) {
  return way_to(server, {.all_proxy = "http://p:1", .no_proxy = no_proxy}) == "direct";
}

TEST(ProxySettings, LeadEverywhereDirectlyWhenNothingIsSet) {
  EXPECT_EQ(way_to("https://api.example", {}), "direct");
}

TEST(ProxySettings, HaveOneProxyForEachScheme) {
  const ProxyVariables both{.https_proxy = "http://secure:3128", .http_proxy = "plain:8080"};
  EXPECT_EQ(way_to("https://api.example", both), "http://secure:3128");
  EXPECT_EQ(way_to("http://api.example", both), "http://plain:8080");
  EXPECT_EQ(way_to("https://api.example", {.http_proxy = "http://plain"}), "direct");
  const ProxyVariables all{.http_proxy = "http://plain", .all_proxy = "http://all/"};
  EXPECT_EQ(way_to("https://api.example", all), "http://all:80");
  EXPECT_EQ(way_to("http://api.example", all), "http://plain:80");
}

TEST(ProxySettings, TurnUserAndPasswordIntoAFieldAndNothingElse) {
  const auto proxy = ProxySettings({.https_proxy = "http://Aladdin:open%20ses%61me@proxy.example:3128"})
                         .proxy_for(*parse_url("https://api.example"));
  ASSERT_TRUE(proxy && *proxy);
  EXPECT_EQ((*proxy)->authorization, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ((*proxy)->origin(), "http://proxy.example:3128");
}

TEST(ProxySettings, RefuseWhatIsNoHttpProxyWithoutSayingIt) {
  for (const char* value :
       {"socks5://u:secret@p:1", "https://u:secret@p:1", "http://u:secret@", "http://p:x"}) {
    const std::string message = way_to("https://api.example", {.https_proxy = value});
    EXPECT_THAT(message, testing::StartsWith("HTTPS_PROXY does not name an HTTP proxy")) << value;
    EXPECT_THAT(message, testing::Not(testing::HasSubstr("secret")));
  }
  // Whoever is reached directly does not care.
  EXPECT_EQ(way_to("http://127.0.0.1:8080", {.http_proxy = "socks5://p:1"}), "direct");
}

TEST(ProxySettings, NeverLeadAwayFromThisMachine) {
  for (const char* server : {"http://localhost:8080", "http://127.0.0.1:8080", "http://127.3.2.1",
                             "http://[::1]:8080", "http://models.localhost"})
    EXPECT_TRUE(is_direct(server, "")) << server;
  for (const char* server : {"http://localhost.example", "http://128.0.0.1", "http://notlocalhost"})
    EXPECT_FALSE(is_direct(server, "")) << server;
}

TEST(ProxySettings, NoProxyListsNamesAndWhatIsBelowThem) {
  for (const char* entry : {"corp.example", ".corp.example", "*.corp.example", "other, CORP.example", "*"}) {
    EXPECT_TRUE(is_direct("https://corp.example", entry)) << entry;
    EXPECT_TRUE(is_direct("https://gpu.corp.example", entry)) << entry;
  }
  EXPECT_FALSE(is_direct("https://mycorp.example", "corp.example"));
  EXPECT_FALSE(is_direct("https://example", "corp.example"));
  EXPECT_FALSE(is_direct("https://corp.example", ",, ,"));
}

TEST(ProxySettings, NoProxyListsPorts) {
  EXPECT_TRUE(is_direct("http://gpu.example:8000", "gpu.example:8000"));
  EXPECT_FALSE(is_direct("http://gpu.example:8001", "gpu.example:8000"));
  EXPECT_TRUE(is_direct("http://[2001:db8::1]:8000", "[2001:db8::1]:8000"));
  EXPECT_FALSE(is_direct("http://[2001:db8::1]:8001", "[2001:db8::1]:8000"));
}

TEST(ProxySettings, NoProxyListsAddressesAndNetworks) {
  EXPECT_TRUE(is_direct("http://192.168.1.7", "192.168.1.7"));
  EXPECT_FALSE(is_direct("http://192.168.1.70", "192.168.1.7"));
  EXPECT_TRUE(is_direct("http://10.11.12.13", "10.0.0.0/8"));
  EXPECT_FALSE(is_direct("http://11.11.12.13", "10.0.0.0/8"));
  EXPECT_TRUE(is_direct("http://192.168.1.129", "192.168.1.128/25"));
  EXPECT_FALSE(is_direct("http://192.168.1.127", "192.168.1.128/25"));
  EXPECT_TRUE(is_direct("http://[fd00::7]", "fd00::/8"));
  EXPECT_FALSE(is_direct("http://[fe00::7]", "fd00::/8"));
  EXPECT_TRUE(is_direct("http://[2001:db8::1]", "2001:db8::1"));
  for (const char* malformed : {"10.0.0.0/x", "10.0.0.0/33", "/8", "10.0.0.0/-1"})
    EXPECT_FALSE(is_direct("http://10.0.0.1", malformed)) << malformed;
}

}  // namespace
}  // namespace anyclaude
