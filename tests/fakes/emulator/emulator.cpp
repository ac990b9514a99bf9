#include "fakes/emulator/emulator.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <stdexcept>

#include "fakes/emulator/error_words.h"
#include "fakes/emulator/interrupted_sink.h"
#include "fakes/emulator/native_api.h"
#include "fakes/emulator/running_request.h"
#include "fakes/emulator/strictness.h"
#include "tools/simserver/completion_endpoint.h"
#include "tools/simserver/faulty_writer.h"
#include "tools/simserver/json_reading.h"
#include "tools/simserver/request_reader.h"

namespace anyclaude::emulators {
namespace {

using sim::Json;
using sim::json_text;
using sim::member_of;
using sim::string_member;

constexpr std::size_t kNoContextLimit = 1'000'000'000;

void send_json(const Json& body, ResponseWriter& writer) {
  static_cast<void>(writer.send(200, {{"Content-Type", std::string(sim::kJsonContent)}}, json_text(body)));
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Mishap mishap_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::unparsed_call:
      return Mishap::unparsed_call;
    case Trouble::no_usage:
      return Mishap::no_usage;
    case Trouble::end_missing:
      return Mishap::stream_end_missing;
    default:
      return Mishap::none;
  }
}

sim::EngineOptions engine_options(const EmulatorOptions& options) {
  sim::EngineOptions engine = options.engine;
  if (options.quirks.overflow == Overflow::unlimited) engine.context_tokens = kNoContextLimit;
  return engine;
}

bool thinking_is_off(const Quirks& quirks, const Json& body) {
  switch (quirks.thinking_switch) {
    case ThinkingSwitch::none:
      return false;
    case ThinkingSwitch::template_kwargs: {
      const Json& wanted = member_of(member_of(body, "chat_template_kwargs"), "enable_thinking");
      return wanted.is_boolean() && !wanted.get<bool>();
    }
    case ThinkingSwitch::reasoning_effort:
      return string_member(body, "reasoning_effort") == "none";
  }
  return false;
}

}  // namespace

Emulator::Emulator(EmulatorOptions options)
    : options_(std::move(options)),
      engine_(engine_options(options_), options_.script),
      listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  loaded_ = options_.model.loading == Loading::at_start;
  sockaddr_in address = loopback(options_.port);
  socklen_t size = sizeof(address);
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  const int on = 1;
  ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(listener_.get(), raw, size) != 0 || ::listen(listener_.get(), 128) != 0 ||
      ::getsockname(listener_.get(), raw, &size) != 0) {
    throw std::runtime_error("the emulator cannot listen");
  }
  set_close_on_exec(listener_.get());
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

Emulator::~Emulator() {
  engine_.stop();
  stopping_ = true;
  // A connection of our own ends accept() on every system.
  const FileDescriptor last(::socket(AF_INET, SOCK_STREAM, 0));
  const sockaddr_in address = loopback(port_);
  ::connect(last.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  acceptor_.join();
  for (Connection& connection : connections_) connection.http.shut_down();
  for (Connection& connection : connections_) connection.thread.join();
}

std::string Emulator::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

void Emulator::next(Trouble trouble, int times) {
  const std::lock_guard lock(mutex_);
  troubles_.insert(troubles_.end(), static_cast<std::size_t>(times), trouble);
}

void Emulator::forget_troubles() {
  const std::lock_guard lock(mutex_);
  troubles_.clear();
}

std::vector<std::string> Emulator::violations() const {
  const std::lock_guard lock(mutex_);
  return violations_;
}

std::vector<std::string> Emulator::bodies() const {
  const std::lock_guard lock(mutex_);
  return bodies_;
}

Trouble Emulator::take_trouble() {
  const std::lock_guard lock(mutex_);
  if (troubles_.empty()) return Trouble::none;
  const Trouble trouble = troubles_.front();
  troubles_.pop_front();
  return trouble;
}

void Emulator::violated(std::string reason) {
  const std::lock_guard lock(mutex_);
  violations_.push_back(quirks().name + ": " + std::move(reason));
}

// --- Connections ---

void Emulator::accept_all() {
  while (true) {
    FileDescriptor socket(::accept(listener_.get(), nullptr, nullptr));
    if (stopping_ || !socket.is_open()) return;
    set_no_delay(socket.get());
    set_no_broken_pipe_signal(socket.get());
    // Those that are over are cleared away here, so that a long run does not keep them all.
    for (auto it = connections_.begin(); it != connections_.end();) {
      if (!it->done) {
        ++it;
        continue;
      }
      it->thread.join();
      it = connections_.erase(it);
    }
    Connection& connection = connections_.emplace_back(std::move(socket), quirks().http);
    connection.thread = std::thread([this, &connection] { serve(connection); });
  }
}

void Emulator::serve(Connection& connection) {
  while (!stopping_) {
    const auto request = connection.http.read_request();
    if (!request) break;
    answer(*request, connection.http);
  }
  // The peer sees the end now; the descriptor stays ours until the thread is joined.
  connection.http.shut_down();
  connection.done = true;
}

// --- Requests ---

void Emulator::answer(const HttpRequest& request, ResponseWriter& writer) {
  if (!has_key(request)) return send_error(bad_key_reply(quirks()), writer);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const std::string_view talk = quirks().dialect == Dialect::chat ? "/v1/chat/completions" : "/v1/messages";
  if (reads && request.path == "/v1/models") return say_models(writer);
  if (reads && request.path == "/props" && quirks().errors == ErrorWords::llama_cpp) return say_props(writer);
  const std::size_t context = engine_.options().context_tokens;
  if (const auto said = native_reply(request, quirks(), options_.model, loaded_, context))
    return static_cast<void>(writer.send(200, {{"Content-Type", std::string(sim::kJsonContent)}}, *said));
  if (request.method == "POST" && request.path == talk) return converse(request, writer);
  send_error(error_reply(quirks(), 404, "Not Found"), writer);
}

bool Emulator::has_key(const HttpRequest& request) const {
  if (options_.api_key.empty() || quirks().keys == Keys::ignored) return true;
  return request.headers.get("Authorization") == "Bearer " + options_.api_key ||
         request.headers.get("x-api-key") == options_.api_key;
}

void Emulator::say_models(ResponseWriter& writer) const {
  std::vector<std::string> ids = quirks().other_models;
  ids.push_back(quirks().served_model);
  Json data = Json::array();
  for (const std::string& id : ids) {
    data.push_back({{"id", id}, {"object", "model"}, {"created", 1'700'000'000}});
    if (quirks().errors == ErrorWords::vllm || quirks().errors == ErrorWords::sglang)
      data.back()["max_model_len"] = engine_.options().context_tokens;
    if (quirks().errors == ErrorWords::openrouter)
      data.back()["context_length"] = engine_.options().context_tokens;
  }
  send_json({{"object", "list"}, {"data", std::move(data)}}, writer);
}

void Emulator::say_props(ResponseWriter& writer) const {
  send_json({{"default_generation_settings", {{"n_ctx", engine_.options().context_tokens}}},
             {"total_slots", engine_.slots().size()},
             {"model_path", "/models/emulated.gguf"},
             {"modalities", {{"vision", quirks().images != Images::refused}}},
             {"chat_template", "emulated"},
             {"build_info", "emulator"}},
            writer);
}

void Emulator::converse(const HttpRequest& request, ResponseWriter& client) {
  RunningRequest writer(running_, client);
  if (writer.before() > 0 && quirks().concurrency == Concurrency::one_at_a_time)
    violated("a request came while another was running; this server takes one at a time");
  {
    const std::lock_guard lock(mutex_);
    bodies_.push_back(request.body);
  }
  Trouble trouble = take_trouble();
  if (trouble == Trouble::busy) {
    HeaderFields headers{{"Content-Type", std::string(sim::kJsonContent)}};
    const Busy& busy = quirks().busy;
    if (!busy.retry_after.empty()) headers.add("Retry-After", busy.retry_after);
    static_cast<void>(
        writer.send(busy.status, headers, error_reply(quirks(), busy.status, busy.message).body));
    return;
  }
  const auto body = sim::parse_body(request.body);
  if (!body) {
    violated(body.error().message);
    return send_error(error_reply(quirks(), 400, body.error().message), writer);
  }
  if (refuse_model(*body, writer) || refuse_body(*body, writer, trouble)) return;
  auto chat = quirks().dialect == Dialect::chat
                  ? sim::read_openai_request(*body)
                  : sim::read_anthropic_request(*body, sim::MaxTokensField::required);
  if (!chat) {
    violated(chat.error().message);
    return send_error(error_reply(quirks(), 400, chat.error().message), writer);
  }
  run(std::move(*chat), *body, trouble, writer);
}

bool Emulator::refuse_model(const Json& body, ResponseWriter& writer) {
  const std::string model = string_member(body, "model");
  const bool is_named = body.contains("model");
  switch (quirks().model) {
    case ModelField::any_name:
      return false;
    case ModelField::must_be_served:
      if (model == quirks().served_model) return false;
      break;
    case ModelField::must_be_absent:
      if (!is_named || model == "default_model") return false;
      break;
  }
  violated("model '" + model + "' is not what this server serves");
  send_error(unknown_model_reply(quirks(), model), writer);
  return true;
}

bool Emulator::refuse_body(const Json& body, ResponseWriter& writer, Trouble& trouble) {
  const auto objection = quirks().dialect == Dialect::chat ? find_objection(body, quirks())
                                                           : find_messages_objection(body, quirks());
  if (!objection) return false;
  if (objection->blame == Objection::Blame::broker) violated(objection->reason);
  switch (objection->consequence) {
    case Consequence::error_reply:
      send_error(error_reply(quirks(), objection->status, objection->reason), writer);
      return true;
    case Consequence::connection_dropped:
      writer.abort();
      return true;
    case Consequence::stream_cut:
      trouble = Trouble::end_missing;
      return false;
  }
  return false;
}

void Emulator::run(sim::ChatRequest request, const Json& body, Trouble trouble, ResponseWriter& writer) {
  if (quirks().tool_choices == ToolChoices::ignored) request.tool_choice = sim::ToolChoice::automatic;
  sim::PreparedPrompt prompt = engine_.prepare(request);
  if (thinking_is_off(quirks(), body)) prompt.reply.thinking.clear();
  if (options_.model.tools == ModelTools::lacking && !request.tools.empty()) {
    violated("the model takes no tools, which /api/show says");
    return send_error(error_reply(quirks(), 400, quirks().served_model + " does not support tools"), writer);
  }
  loaded_ = true;
  if (quirks().overflow == Overflow::cut_short) prompt = cut_short(request, std::move(prompt));
  generate(request, std::move(prompt), trouble, writer);
}

// The model sees part of the prompt, and the figures speak of that part only.
sim::PreparedPrompt Emulator::cut_short(sim::ChatRequest request, sim::PreparedPrompt prompt) const {
  const std::size_t context = engine_.options().context_tokens;
  if (prompt.tokens.size() < context) return prompt;
  constexpr std::size_t kKept = 4;
  std::size_t left = context - 1;
  if (quirks().cut == CutStyle::messages_then_half) {
    const auto is_old = [&](const sim::ChatMessage& message) {
      return message.speaker != sim::Speaker::system && &message != &request.messages.back();
    };
    for (auto old = request.messages.begin(); prompt.tokens.size() > context;) {
      old = std::find_if(request.messages.begin(), request.messages.end(), is_old);
      if (old == request.messages.end()) break;
      request.messages.erase(old);
      prompt.tokens = engine_.prepare(request).tokens;
    }
    if (prompt.tokens.size() < context) return prompt;
    left = context - (context - kKept) / 2;
  }
  const auto behind_kept = prompt.tokens.begin() + kKept;
  prompt.tokens.erase(behind_kept, prompt.tokens.end() - static_cast<std::ptrdiff_t>(left - kKept));
  return prompt;
}

void Emulator::generate(const sim::ChatRequest& request, sim::PreparedPrompt prompt, Trouble trouble,
                        ResponseWriter& writer) {
  const auto sink = quirks().dialect == Dialect::chat
                        ? make_chat_sink(request, quirks(), mishap_of(trouble), writer)
                        : sim::make_anthropic_dialect()->sink(request, writer);
  InterruptedSink interrupted(
      *sink, writer, trouble == Trouble::error_in_stream ? error_event(quirks(), "the model crashed") : "");
  const bool breaks_off = trouble == Trouble::dies || trouble == Trouble::error_in_stream;
  sim::WriterWatch client(writer);
  switch (engine_.run(request, prompt, breaks_off ? interrupted : *sink, client)) {
    case sim::RunEnd::complete:
      return;
    case sim::RunEnd::prompt_too_long:
      return send_error(overflow_reply(quirks(), prompt.tokens.size(), engine_.options().context_tokens,
                                       static_cast<std::size_t>(request.max_tokens.value_or(0))),
                        writer);
    case sim::RunEnd::client_left:
      if (trouble != Trouble::error_in_stream) writer.abort();
      return;
  }
}

}  // namespace anyclaude::emulators
