#include "messages/events/message_event.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

std::string text_of(const MessageEvent& event) {
  std::string out;
  append_event_text(out, event);
  return out;
}

TEST(MessageEvent, IsOneServerSentEvent) {
  EXPECT_EQ(text_of({"ping", R"({"type":"ping"})"}), "event: ping\ndata: {\"type\":\"ping\"}\n\n");
}

TEST(MessageEvent, PutsEachLineInAFieldOfItsOwn) {
  EXPECT_EQ(text_of({"x", "{\n}"}), "event: x\ndata: {\ndata: }\n\n");
  EXPECT_EQ(text_of({"x", "{\r\n}"}), "event: x\ndata: {\ndata: }\n\n");
}

}  // namespace
}  // namespace anyclaude
