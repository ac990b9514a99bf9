// What is peculiar about each model server that is emulated, as a table. It is written from what the servers
// do, never from the broker's own profiles: the two are held against each other.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace anyclaude::emulators {

enum class Dialect { chat, messages };
// http_1_0 closes behind every reply; its streams have no length and no terminator.
enum class HttpForm { http_1_1, http_1_0 };
// must_be_absent: any name makes the server load a model of that name.
enum class ModelField { any_name, must_be_served, must_be_absent };
// What null does in a field that has a type. The content of an assistant message that calls tools is never
// meant.
enum class Nulls { accepted, refused, connection_dropped };
// What `stream_options: {}` does: the stream ends without [DONE], or nothing.
enum class EmptyStreamOptions { accepted, stream_cut };
enum class SystemMessages { anywhere, first_only };
// Whether an assistant message may hold content beside its tool calls.
enum class TextWithCalls { accepted, refused };
// data_urls: http addresses are refused.
enum class Images { any, data_urls, refused };
enum class ContentParts { text_and_images, text_only, strings_only };
// strings_only: a tool cannot be named in it.
enum class ToolChoices { all, strings_only, ignored };
// never_when_automatic: a call under tool_choice auto vanishes with the end of the stream.
enum class StreamedCalls { in_deltas, whole, never_when_automatic };
// What becomes of a call the server cannot parse.
enum class UnparsedCalls { tool_call_tags, tool_request_tags, dropped };
enum class StreamUsage { when_asked, always };
enum class CachedTokens { reported, omitted_when_zero, never };
enum class Reasoning { none, reasoning_content, reasoning };
// How the model's thinking is switched off: chat_template_kwargs.enable_thinking, reasoning_effort "none", or
// not at all.
enum class ThinkingSwitch { none, template_kwargs, reasoning_effort };
// filled: every delta names every member, with null and [].
enum class Deltas { lean, role_in_each, filled };
enum class StreamEnd { blank_line, no_blank_line };
enum class Comments { none, keepalive, openrouter };
// refused: an error that says so. cut_short: part of the prompt is dropped without a word. unlimited: no
// check at all.
enum class Overflow { refused, cut_short, unlimited };
// What is left of a prompt that is cut short. Ollama drops the oldest messages that are not system text until
// the rest fits, and of a rest that does not fit it keeps half of the context. Its runner of 2025 filled the
// context.
enum class CutStyle { messages_then_half, whole_context };
// Which API of its own says what model is loaded.
enum class NativeApi { none, ollama, lm_studio };
enum class Keys { checked, ignored };
// one_at_a_time: a second request while one runs breaks the server's state.
enum class Concurrency { queued, one_at_a_time };
enum class UnknownFields { ignored, refused };
enum class ErrorWords {
  openai,      // {"error":{"message","type","param","code"}}
  llama_cpp,   // {"error":{"code":int,"message","type"}}
  string,      // {"error":"..."}
  detail,      // {"detail":"..."}
  vllm,        // {"error":{"message","type","param":null,"code":int}}
  sglang,      // {"object":"error","message","type","param":null,"code":int}
  openrouter,  // {"error":{"message","code":int}}
  anthropic,
};
// The statuses under which a kind of server says that it cannot take more work now.
struct Busy {
  int status = 503;
  std::string message = "server is busy";
  std::string retry_after = {};  // empty: not said
};

struct Quirks {
  std::string name;  // of the emulated server: a mode of the broker, but for variants of one
  std::string mode;  // the mode of the broker that speaks to it
  Dialect dialect = Dialect::chat;
  HttpForm http = HttpForm::http_1_1;
  ModelField model = ModelField::any_name;
  std::string served_model = "emulated-model";
  std::vector<std::string> other_models = {};  // listed, and not to be used
  Nulls nulls = Nulls::accepted;
  int null_status = 0;  // of a refused null; 0: bad_request_status
  EmptyStreamOptions empty_stream_options = EmptyStreamOptions::accepted;
  SystemMessages system = SystemMessages::first_only;
  TextWithCalls text_with_calls = TextWithCalls::accepted;
  ContentParts parts = ContentParts::text_and_images;
  Images images = Images::any;
  ToolChoices tool_choices = ToolChoices::all;
  StreamedCalls streamed_calls = StreamedCalls::in_deltas;
  UnparsedCalls unparsed_calls = UnparsedCalls::tool_call_tags;
  StreamUsage stream_usage = StreamUsage::when_asked;
  CachedTokens cached_tokens = CachedTokens::never;
  Reasoning reasoning = Reasoning::none;
  ThinkingSwitch thinking_switch = ThinkingSwitch::none;
  Deltas deltas = Deltas::lean;
  StreamEnd stream_end = StreamEnd::blank_line;
  Comments comments = Comments::none;
  Overflow overflow = Overflow::refused;
  CutStyle cut = CutStyle::messages_then_half;
  NativeApi native_api = NativeApi::none;
  Keys keys = Keys::checked;
  Concurrency concurrency = Concurrency::queued;
  UnknownFields unknown_fields = UnknownFields::ignored;
  ErrorWords errors = ErrorWords::openai;
  int bad_request_status = 400;  // for a body it does not take
  int image_status = 400;        // for an image where it sees none
  Busy busy = {};
};

// For the names that a failed test prints.
void PrintTo(const Quirks& quirks, std::ostream* out);

const std::vector<Quirks>& all_quirks();
// nullptr when there is no such emulator.
const Quirks* find_quirks(std::string_view name);

}  // namespace anyclaude::emulators
