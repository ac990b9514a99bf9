// Replies in the shapes of servers that speak Anthropic's interface, written by hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace anyclaude {

// One event with this data (the text between the braces, behind its type).
inline std::string native_event(const std::string& type, const std::string& more = "") {
  return "event: " + type + "\ndata: {\"type\":\"" + type + '"' + (more.empty() ? "" : "," + more) + "}\n\n";
}

inline std::string native_start(const std::string& usage = R"("input_tokens":20,"output_tokens":0)") {
  return native_event("message_start",
                      R"("message":{"id":"chatcmpl-1","type":"message","role":"assistant","model":"m",)"
                      R"("content":[],"stop_reason":null,"stop_sequence":null,"usage":{)" +
                          usage + "}}");
}

// A block with these deltas (the text between the braces).
inline std::string native_block(const std::string& block, const std::vector<std::string>& deltas) {
  std::string out = native_event("content_block_start", R"("index":0,"content_block":{)" + block + "}");
  for (const std::string& delta : deltas)
    out += native_event("content_block_delta", R"("index":0,"delta":{)" + delta + "}");
  return out + native_event("content_block_stop", R"("index":0)");
}

inline std::string native_text(const std::string& text) {
  return native_block(R"("type":"text","text":"")", {R"("type":"text_delta","text":")" + text + '"'});
}

inline std::string native_call(const std::string& name, const std::vector<std::string>& escaped_pieces) {
  std::vector<std::string> deltas;
  for (const std::string& piece : escaped_pieces)
    deltas.push_back(R"("type":"input_json_delta","partial_json":")" + piece + '"');
  return native_block(R"("type":"tool_use","id":"same","name":")" + name + R"(","input":{})", deltas);
}

inline std::string native_end(const std::string& reason, const std::string& usage = R"("output_tokens":7)",
                              const std::string& stop = "null") {
  return native_event("message_delta", R"("delta":{"stop_reason":")" + reason + R"(","stop_sequence":)" +
                                           stop + R"(},"usage":{)" + usage + "}") +
         native_event("message_stop");
}

// Thinking, text, two calls of one id, a ping in the middle.
inline std::string native_stream() {
  return native_start(R"("input_tokens":20,"cache_read_input_tokens":100,"output_tokens":0)") +
         native_block(R"("type":"thinking","thinking":"","signature":"")",
                      {R"("type":"thinking_delta","thinking":"I should ")",
                       R"("type":"thinking_delta","thinking":"read.")",
                       R"("type":"signature_delta","signature":"theirs")"}) +
         native_text("Reading \\u00e9 \xF0\x9F\x98\x80 now.") + native_event("ping") +
         native_call("Read", {R"({\"path\":)", R"(\"/a}\"})"}) + native_call("Now", {}) +
         native_end("tool_use", R"("output_tokens":21)");
}

inline std::string native_whole_reply() {
  return R"({"id":"x","type":"message","role":"assistant","model":"m","content":[)"
         R"({"type":"thinking","thinking":"hm","signature":"theirs"},{"type":"text","text":"Hello"},)"
         R"({"type":"tool_use","id":"t1","name":"Read","input":{"p":1}},)"
         R"({"type":"tool_use","id":"t1","name":"Now","input":{}}],"stop_reason":"tool_use",)"
         R"("stop_sequence":null,"usage":{"input_tokens":7,"output_tokens":3}})";
}

}  // namespace anyclaude
