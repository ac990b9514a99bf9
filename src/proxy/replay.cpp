#include "proxy/replay.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/random_id.h"
#include "messages/message_assembler.h"
#include "messages/message_event.h"

namespace anyclaude {
namespace {

class TextSink final : public MessageEventSink {
 public:
  explicit TextSink(std::string& out) : out_(out) {}
  void on_event(const MessageEvent& event) override { append_event_text(out_, event); }

 private:
  std::string& out_;
};

}  // namespace

Result<ReplayReply> render_replay(const StoredResponse& stored, Delivery delivery) {
  const std::string_view text = stored.message_json;
  const std::string id = random_id("msg_");
  if (text.size() < 2 || text.front() != '{')
    return fail(ErrorKind::corrupt, ErrorSource::store, "a stored answer could not be read");
  if (delivery == Delivery::whole)
    return ReplayReply{"application/json",
                       R"({"id":")" + id + "\"" + (text[1] == '}' ? "" : ",") + std::string(text.substr(1))};

  nlohmann::json message = parse_json(text);
  if (!message.is_object())
    return fail(ErrorKind::corrupt, ErrorSource::store, "a stored answer could not be read");
  message["id"] = id;
  ReplayReply reply{"text/event-stream; charset=utf-8", {}};
  reply.body.reserve(text.size() + 1024);
  TextSink sink(reply.body);
  replay_message(message, sink);
  return reply;
}

}  // namespace anyclaude
