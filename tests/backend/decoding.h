// A decoder, of chat replies unless told otherwise, with all that a test looks at.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/dialect/upstream_dialect.h"
#include "messages/events/message_assembler.h"
#include "tests/fakes/built_in_profile.h"
#include "tests/fakes/event_order_checker.h"

namespace anyclaude {

inline constexpr std::string_view kEventStream = "text/event-stream";

class Decoding {
 public:
  explicit Decoding(std::string_view content_type = kEventStream, std::vector<std::string> stops = {"END"},
                    std::span<const Tool> tools = {}, RescueMode rescue = RescueMode::on,
                    const BackendProfile& profile = built_in_profile("openai"))
      : stream_(events),
        decoder(make_reply_decoder(
            {profile, "msg_1", "claude-opus", 500, std::move(stops), std::nullopt, tools, rescue},
            content_type, stream_)) {}

  Decoding& feed(std::string_view bytes) {
    decoder->feed(bytes);
    return *this;
  }
  Decoding& end(UpstreamEnd end = UpstreamEnd::complete) {
    decoder->finish(end);
    return *this;
  }
  // The message as the client puts it together.
  nlohmann::json message() {
    EXPECT_EQ(events.violation(), "");
    MessageAssembler assembler;
    for (const MessageEvent& event : events.events) assembler.feed(event.name, event.data);
    EXPECT_EQ(assembler.completeness(), MessageCompleteness::complete);
    return assembler.take();
  }
  std::string last_error() const {
    if (events.events.empty() || events.events.back().name != "error") return "";
    return nlohmann::json::parse(events.events.back().data)["error"]["message"];
  }

  EventOrderChecker events;

 private:
  MessageStream stream_;

 public:
  std::unique_ptr<ReplyDecoder> decoder;
};

inline nlohmann::json decoded(std::string_view body, std::string_view content_type = kEventStream) {
  return Decoding(content_type).feed(body).end().message();
}

}  // namespace anyclaude
