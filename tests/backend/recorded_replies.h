// Replies in the shapes of real servers, written by hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace anyclaude {

inline std::string data_lines(const std::vector<std::string>& chunks) {
  std::string out;
  for (const std::string& chunk : chunks) out += "data: " + chunk + "\n\n";
  return out;
}

// A chunk with this delta (the text between the braces).
inline std::string delta_chunk(const std::string& delta, const std::string& finish_reason = "null") {
  return R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,)"
         R"("delta":{)" +
         delta + R"(},"finish_reason":)" + finish_reason + "}]}";
}

// Reasoning, text, two calls one after the other, usage and timings in a chunk without choices.
inline std::string llama_cpp_stream() {
  return data_lines({
      delta_chunk(R"("role":"assistant","content":null)"),
      delta_chunk(R"("reasoning_content":"I should ")"),
      delta_chunk(R"("reasoning_content":"read.")"),
      delta_chunk(R"("content":"Reading \u00e9 ")"),
      delta_chunk("\"content\":\"\xF0\x9F\x98\x80 now.\""),
      delta_chunk(R"("tool_calls":[{"index":0,"id":"abc","type":"function",)"
                  R"("function":{"name":"Read","arguments":"{"}}])"),
      delta_chunk(R"("tool_calls":[{"index":0,"function":{"arguments":"\"path\":\"/a}\"}"}}])"),
      delta_chunk(R"("tool_calls":[{"index":1,"id":"def","type":"function",)"
                  R"("function":{"name":"Bash","arguments":"{\"cmd\":\"ls\"}"}}])"),
      delta_chunk("", R"("tool_calls")"),
      R"({"choices":[],"usage":{"completion_tokens":21,"prompt_tokens":120,"total_tokens":141,)"
      R"("prompt_tokens_details":{"cached_tokens":100}},"timings":{"cache_n":100,"prompt_n":20,)"
      R"("prompt_ms":52.5,"predicted_n":21}})",
      "[DONE]",
  });
}

// OpenAI's own: nulls for what is absent, usage null until the end, calls mixed by index.
inline std::string openai_stream() {
  return data_lines({
      delta_chunk(R"("role":"assistant","content":"","refusal":null)"),
      delta_chunk(R"("content":"Two things.","tool_calls":null)"),
      delta_chunk(R"("tool_calls":[{"index":0,"id":"call_a","type":"function",)"
                  R"("function":{"name":"Read","arguments":""}}])"),
      delta_chunk(R"("tool_calls":[{"index":1,"id":"call_b","type":"function",)"
                  R"("function":{"name":"Grep","arguments":""}}])"),
      delta_chunk(R"("tool_calls":[{"index":1,"function":{"arguments":"{\"q\":"}}])"),
      delta_chunk(R"("tool_calls":[{"index":0,"function":{"arguments":"{\"path\":\"/x\"}"}}])"),
      delta_chunk(R"("tool_calls":[{"index":1,"function":{"arguments":"\"y\"}"}}])"),
      delta_chunk("", R"("tool_calls")"),
      R"({"choices":[],"usage":{"prompt_tokens":50,"completion_tokens":9,)"
      R"("prompt_tokens_details":{"cached_tokens":0}}})",
      "[DONE]",
  });
}

// vLLM: carriage returns, comments, `reasoning`, the stop string it met, cached tokens not reported.
inline std::string vllm_stream() {
  const std::string stopped =
      R"({"choices":[{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop",)"
      R"("stop_reason":"END"}],"usage":null})";
  const std::string usage =
      R"({"choices":[],"usage":{"prompt_tokens":30,"completion_tokens":4,"prompt_tokens_details":null}})";
  return ": ping\r\n\r\ndata: " + delta_chunk(R"("role":"assistant","content":"")") +
         "\r\n\r\ndata: " + delta_chunk(R"("reasoning":"short","reasoning_content":null)") +
         "\r\n\r\ndata: " + delta_chunk(R"("content":"one ")") +
         "\r\n\r\ndata: " + delta_chunk(R"("content":"two")") + "\r\n\r\ndata: " + stopped +
         "\r\n\r\ndata: " + usage + "\r\n\r\ndata: [DONE]\r\n\r\n";
}

// MLX-Textgen and mlx-lm: null role, empty lists, keep-alive comments, a call whole in one delta, and no
// blank line behind [DONE].
inline std::string mlx_stream() {
  return ": keepalive 512/1024\n\n" +
         data_lines({delta_chunk(R"("role":null,"content":"Sure.","tool_calls":[])"),
                     delta_chunk(R"("role":null,"content":null,"tool_calls":[{"type":"function","id":null,)"
                                 R"("function":{"name":"Now","arguments":""}}])"),
                     delta_chunk(R"("role":null,"content":"","tool_calls":[])", R"("tool_calls")")}) +
         "data: [DONE]";
}

// A whole chat.completion, which some servers send although a stream was asked for.
inline std::string whole_reply() {
  return R"({"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",)"
         R"("content":"Hello","reasoning_content":"hm","tool_calls":[{"id":"a","type":"function",)"
         R"("function":{"name":"Read","arguments":"{\"p\":1}"}}]},"finish_reason":"tool_calls"}],)"
         R"("usage":{"prompt_tokens":7,"completion_tokens":3}})";
}

}  // namespace anyclaude
