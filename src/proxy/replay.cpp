#include "proxy/replay.h"

#include <utility>

#include "base/bounded_json.h"
#include "base/random_id.h"
#include "messages/events/message_assembler.h"
#include "messages/events/message_event.h"

namespace anyclaude {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

class TextSink final : public MessageEventSink {
 public:
  explicit TextSink(std::string& out) : out_(out) {}
  void on_event(const MessageEvent& event) override { append_event_text(out_, event); }

 private:
  std::string& out_;
};

// In front, where servers have it.
void set_id(WholeMessage::Json& message, const std::string& id) {
  WholeMessage::Json with_id = {{"id", id}};
  message.erase("id");
  with_id.update(message);
  message = std::move(with_id);
}

}  // namespace

Result<ReplayReply> render_replay(const StoredResponse& stored, Delivery delivery) {
  const std::string_view text = stored.message_json;
  const std::string id = random_id("msg_");
  const std::size_t open = text.find_first_not_of(kBlanks);
  const std::size_t first = open == text.npos ? open : text.find_first_not_of(kBlanks, open + 1);
  if (first == text.npos || text[open] != '{')
    return fail(ErrorKind::corrupt, ErrorSource::store, "a stored answer could not be read");
  if (delivery == Delivery::whole)
    return ReplayReply{"application/json", R"({"id":")" + id + "\"" + (text[first] == '}' ? "" : ",") +
                                               std::string(text.substr(first))};

  auto message = WholeMessage::parse(text);
  if (!message) return fail(ErrorKind::corrupt, ErrorSource::store, "a stored answer could not be read");
  set_id(message->json, id);
  ReplayReply reply{"text/event-stream; charset=utf-8", {}};
  reply.body.reserve(text.size() + 1024);
  TextSink sink(reply.body);
  replay_message(*message, sink);
  return reply;
}

}  // namespace anyclaude
