// The verbatim lane is a pipe: whatever the client says and the server answers passes byte for byte.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "broker_fixture.h"
#include "canonical/request_rewrites.h"
#include "fakes/reply_texts.h"
#include "messages/json/json_document.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;
using fakes::RecordingWriter;

std::string random_bytes(Random& random, std::size_t bytes_max) {
  std::string bytes(random.below(bytes_max), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.below(256));
  return bytes;
}

// JSON in every spelling: lawful requests, requests that make no sense, values that are no requests at all.
std::string random_body(Random& random) {
  Json body = random.rarely() ? recorded_bodies()[random.below(recorded_bodies().size())].body
                              : random_request(random);
  if (random.coin()) body["stream"] = random.coin();
  if (random.rarely()) mutate(body, random);
  if (random.rarely()) body = Json::array({random.word(), 1, nullptr});
  std::string text =
      random.coin() ? spelled_at_random(body, random) : body.dump(static_cast<int>(random.below(3)));
  for (std::size_t blanks = random.below(4); blanks > 0; --blanks) text += random.coin() ? " " : "\r\n\t";
  return text;
}

std::string random_query(Random& random) {
  static const std::vector<std::string> kPieces{"beta=true", "x=%2F", "%", "a=b=c",
                                                "?",         "",      "+", "q=%E2%82%AC"};
  if (random.rarely()) return "";
  std::string query = "?" + kPieces[random.below(kPieces.size())];
  while (random.coin()) query += "&" + kPieces[random.below(kPieces.size())];
  return query;
}

std::string random_value(Random& random) {
  static const std::string kBytes = "aZ09 \t,;=\"'()/:<>?@[]{}~\xC3\xA9";
  std::string value;
  for (std::size_t length = random.below(20); length > 0; --length)
    value += kBytes[random.below(kBytes.size())];
  return value;
}

// Fields that must pass, in order, and among them some that must not.
struct Headers {
  HeaderFields said, kept;
};

Headers random_headers(Random& random, bool of_client) {
  static const std::vector<std::string> kOfOneHop{"Keep-Alive", "TE",         "Trailer",
                                                  "Upgrade",    "X-This-Hop", "Proxy-Authorization"};
  static const std::vector<std::string> kKnown{"X-Api-Key",   "authorization", "anthropic-beta",
                                               "User-Agent",  "Set-Cookie",    "request-id",
                                               "Retry-After", "X-Stainless-Os"};
  Headers headers;
  headers.said.add("Connection", "X-This-Hop, close");
  for (std::size_t fields = random.below(8); fields > 0; --fields) {
    if (random.rarely()) {
      headers.said.add(kOfOneHop[random.below(kOfOneHop.size())], random_value(random));
      continue;
    }
    if (of_client && random.rarely()) headers.said.add("Accept-Encoding", "gzip, br");
    const std::string name = random.coin() ? kKnown[random.below(kKnown.size())]
                                           : "x-Odd_" + std::to_string(random.below(100)) + "-Name";
    const std::string value = random_value(random);
    headers.said.add(name, value);
    headers.kept.add(name, value);
  }
  return headers;
}

// What arrived of the fields that were to pass: everything but what either side adds itself.
std::string text_of(const HeaderFields& headers) {
  static const std::vector<std::string> kAdded{"accept-encoding", "content-type", "content-encoding",
                                               "cache-status"};
  std::string text;
  for (const HeaderField& field : headers) {
    const bool added = std::ranges::any_of(
        kAdded, [&](const std::string& name) { return equals_ignoring_case(name, field.name); });
    if (!added && !field.name.starts_with("x-anyclaude-")) text += field.name + ": " + field.value + "\n";
  }
  return text;
}

struct Reply {
  int status = 200;
  HeaderFields headers, kept;
  std::string body;
  std::vector<std::string> pieces;
  UpstreamEnd end = UpstreamEnd::complete;
  bool streamed = false;
};

std::vector<std::string> cut_at_random(const std::string& text, Random& random) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = 1 + random.below(random.coin() ? 8 : 300);
    pieces.push_back(text.substr(at, length));
    at += length;
  }
  return pieces;
}

Reply random_reply(Random& random) {
  static const std::vector<int> kStatuses{200, 200, 200, 201, 400, 413, 429, 500, 529};
  Reply reply;
  reply.status = kStatuses[random.below(kStatuses.size())];
  reply.streamed = random.coin();
  const Headers headers = random_headers(random, false);
  reply.headers = headers.said;
  reply.kept = headers.kept;
  reply.headers.add("Content-Type", reply.streamed ? "text/event-stream; charset=utf-8" : "application/json");
  if (random.rarely()) {
    reply.headers.add("Content-Encoding", "gzip");
    reply.body = "\x1f\x8b" + random_bytes(random, 600);
  } else if (random.rarely()) {
    reply.body = random_bytes(random, 600);
  } else if (reply.streamed) {
    for (const std::string& piece : fakes::anthropic_stream(random.word())) reply.body += piece;
    if (random.coin()) reply.body.insert(0, ": comment\r\n\r\n");
    if (random.rarely()) reply.body.resize(random.below(reply.body.size()));
  } else {
    reply.body = spelled_at_random(
        Json::parse(R"({"type":"error","error":{"type":"overloaded_error","message":"b\u00fcsy"}})"), random);
  }
  reply.pieces = cut_at_random(reply.body, random);
  if (random.rarely()) reply.end = random.coin() ? UpstreamEnd::cut : UpstreamEnd::idle_timed_out;
  return reply;
}

RC_GTEST_PROP(VerbatimProperty, BytesPassUnchangedBothWays, (std::uint64_t seed)) {
  Random random(seed);
  const std::string body = random_body(random);
  RC_PRE(JsonDocument::parse(body).has_value());  // what is not JSON is refused
  const std::string target = "/v1/messages" + random_query(random);
  const Headers asked = random_headers(random, true);
  const Reply answer = random_reply(random);

  BrokerFixture broker("claude");
  broker.backend.upstream.expect_reply(answer.status, answer.headers, answer.pieces, answer.end);
  const RecordingWriter reply = broker.post(target, body, asked.said);

  RC_ASSERT(broker.backend.upstream.requests.size() == 1u);
  const UpstreamRequest& sent = broker.backend.upstream.requests[0];
  RC_ASSERT(sent.body == body);
  RC_ASSERT(sent.target == target);
  RC_ASSERT(sent.method == "POST");
  RC_ASSERT(text_of(sent.headers) == text_of(asked.kept));
  RC_ASSERT(sent.headers.get("Accept-Encoding") == "identity");
  const bool broken_whole_reply = answer.end != UpstreamEnd::complete && !answer.streamed;
  if (broken_whole_reply) {
    RC_ASSERT(reply.status >= 500);
    return;
  }
  RC_ASSERT(reply.status == answer.status);
  RC_ASSERT(reply.body == answer.body);
  RC_ASSERT(text_of(reply.headers) == text_of(answer.kept));
  RC_ASSERT(reply.headers.get("Content-Encoding") == answer.headers.get("Content-Encoding"));
  const bool whole = answer.end == UpstreamEnd::complete;
  RC_ASSERT(reply.state == (whole ? RecordingWriter::State::finished : RecordingWriter::State::aborted));
}

RC_GTEST_PROP(VerbatimProperty, OtherPathsPassEvenWhatIsNotJson, (std::uint64_t seed)) {
  Random random(seed);
  const std::string body = random_bytes(random, 400);
  const std::string target = "/v1/messages/count_tokens" + random_query(random);
  const Headers asked = random_headers(random, true);
  const Reply answer = random_reply(random);
  BrokerFixture broker("claude");
  broker.backend.upstream.expect_reply(answer.status, answer.headers, answer.pieces);
  const RecordingWriter reply = broker.post(target, body, asked.said);
  RC_ASSERT(broker.backend.upstream.requests.size() == 1u);
  RC_ASSERT(broker.backend.upstream.requests[0].body == body);
  RC_ASSERT(broker.backend.upstream.requests[0].target == target);
  RC_ASSERT(text_of(broker.backend.upstream.requests[0].headers) == text_of(asked.kept));
  RC_ASSERT(reply.body == answer.body);
  RC_ASSERT(reply.status == answer.status);
}

}  // namespace
}  // namespace anyclaude
