#include "http/wire/url.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

struct Good {
  const char* text;
  Url url;
  const char* origin;
  const char* host_header;
};

TEST(Url, ReadsAddresses) {
  const Good cases[] = {
      {"http://localhost:8080",
       {UrlScheme::http, "localhost", 8080, ""},
       "http://localhost:8080",
       "localhost:8080"},
      {"http://localhost:8080/",
       {UrlScheme::http, "localhost", 8080, ""},
       "http://localhost:8080",
       "localhost:8080"},
      {"http://localhost/v1/", {UrlScheme::http, "localhost", 80, "/v1"}, "http://localhost:80", "localhost"},
      {"HTTPS://Openrouter.AI/api/v1",
       {UrlScheme::https, "openrouter.ai", 443, "/api/v1"},
       "https://openrouter.ai:443",
       "openrouter.ai"},
      {"http://[::1]:1234", {UrlScheme::http, "::1", 1234, ""}, "http://[::1]:1234", "[::1]:1234"},
      {"https://[FE80::1]", {UrlScheme::https, "fe80::1", 443, ""}, "https://[fe80::1]:443", "[fe80::1]"},
      {"http://10.0.0.7:65535//",
       {UrlScheme::http, "10.0.0.7", 65535, ""},
       "http://10.0.0.7:65535",
       "10.0.0.7:65535"},
      {"https://host:443/a/b", {UrlScheme::https, "host", 443, "/a/b"}, "https://host:443", "host"},
  };
  for (const Good& c : cases) {
    const auto url = parse_url(c.text);
    ASSERT_TRUE(url) << c.text << ": " << url.error().message;
    EXPECT_EQ(*url, c.url) << c.text;
    EXPECT_EQ(url->origin(), c.origin);
    EXPECT_EQ(url->text(), c.origin + c.url.path);
    EXPECT_EQ(url->host_header(), c.host_header);
    EXPECT_EQ(*parse_url(url->text()), c.url);
  }
}

TEST(Url, RefusesWithASentence) {
  for (const char* text : {"",
                           "localhost:8080",
                           "ftp://host",
                           "http:/host",
                           "http://",
                           "http://:80",
                           "http://host:",
                           "http://host:0",
                           "http://host:65536",
                           "http://host:8x",
                           "http://host:-1",
                           "http://[::1",
                           "http://[::1]x",
                           "http://[host]",
                           "http://[]",
                           "http://ho st",
                           "http://host/a b",
                           "http://host/\r\nX: y",
                           "http://host?x=1",
                           "http://host/#top",
                           "http://a:b:c",
                           "http://h\xC3\xB6st",
                           "http://host\x01"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().kind, ErrorKind::invalid_request);
    EXPECT_EQ(url.error().source, ErrorSource::config);
    EXPECT_TRUE(url.error().message.ends_with('.')) << url.error().message;
  }
}

TEST(Url, RefusesPasswordsAndDoesNotRepeatThem) {
  for (const char* text :
       {"http://user:hunter2@host/", "https://hunter2@host", "http://user:hunter2@[::1]:80"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().message.find("hunter2"), std::string::npos);
  }
}

TEST(Url, WithoutV1IsTheSameServer) {
  EXPECT_EQ(without_v1(*parse_url("http://h:1/v1")).text(), "http://h:1");
  EXPECT_EQ(without_v1(*parse_url("http://h:1/v1/")).text(), "http://h:1");
  EXPECT_EQ(without_v1(*parse_url("https://openrouter.ai/api/v1")).path, "/api");
  EXPECT_EQ(without_v1(*parse_url("http://h:1/xv1")).path, "/xv1");
  EXPECT_EQ(without_v1(*parse_url("http://h:1")).text(), "http://h:1");
}

}  // namespace
}  // namespace anyclaude
