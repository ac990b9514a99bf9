#include "tools/simserver/sim_server.h"

#include "tools/simserver/json_reading.h"
#include "tools/simserver/request_reader.h"
#include "tools/simserver/server_info.h"

namespace anyclaude::sim {
namespace {

constexpr std::size_t kFaultTimesMax = 10'000;

void send_json(const Json& body, ResponseWriter& writer) {
  static_cast<void>(writer.send(200, {{"Content-Type", std::string(kJsonContent)}}, json_text(body)));
}

// llama.cpp serves its OpenAI paths with and without /v1.
std::string_view without_v1(std::string_view path) {
  return path.starts_with("/v1/") ? path.substr(3) : path;
}

bool is_read(const HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

}  // namespace

Result<std::unique_ptr<SimServer>> SimServer::start(SimServerOptions options) {
  HttpServerOptions http;
  http.host = options.host;
  http.port = options.port;
  std::unique_ptr<SimServer> server(new SimServer(std::move(options)));
  auto listening = HttpServer::listen(
      http,
      [self = server.get()](const HttpRequest& request, ResponseWriter& writer) {
        self->handle(request, writer);
      },
      [self = server.get()](int status, std::string_view message) {
        return self->chat_.dialect().error(status, message).body;
      });
  if (!listening) return tl::unexpected(listening.error());
  server->http_ = std::move(*listening);
  server->http_->start();
  return server;
}

SimServer::SimServer(SimServerOptions options)
    : host_(std::move(options.host)),
      model_(std::move(options.model)),
      engine_(options.engine, std::move(options.script)),
      chat_(make_openai_dialect(), engine_, faults_),
      messages_(make_anthropic_dialect(), engine_, faults_) {}

SimServer::~SimServer() {
  stop(std::chrono::milliseconds(0));
}

std::string SimServer::url() const {
  const bool is_ipv6 = host_.find(':') != std::string::npos;
  return "http://" + (is_ipv6 ? "[" + host_ + "]" : host_) + ":" + std::to_string(port());
}

void SimServer::stop(std::chrono::milliseconds grace) {
  if (http_ == nullptr) return;
  if (grace.count() == 0) engine_.stop();
  http_->stop(grace);
  engine_.stop();
}

void SimServer::handle(const HttpRequest& request, ResponseWriter& writer) {
  const std::string_view path = without_v1(request.path);
  if (request.method == "POST" && path == "/chat/completions") {
    chat_.handle(request, writer);
  } else if (request.method == "POST" && path == "/messages") {
    messages_.handle(request, writer);
  } else if (!handle_information(request, writer) && !handle_tools(request, writer) &&
             !handle_administration(request, writer)) {
    not_found(request, writer);
  }
}

bool SimServer::handle_information(const HttpRequest& request, ResponseWriter& writer) {
  if (!is_read(request)) return false;
  const std::string_view path = without_v1(request.path);
  if (path == "/") {
    send_json({{"server", "anyclaude-simserver"}}, writer);
  } else if (path == "/health") {
    send_json({{"status", "ok"}}, writer);
  } else if (path == "/models") {
    send_json(models_json(engine_, model_, clock_.system_now()), writer);
  } else if (path == "/props") {
    send_json(props_json(engine_, model_), writer);
  } else if (path == "/slots") {
    send_json(slots_json(engine_), writer);
  } else if (path == "/stats") {
    send_json(stats_json(engine_, faults_.size()), writer);
  } else {
    return false;
  }
  return true;
}

bool SimServer::handle_tools(const HttpRequest& request, ResponseWriter& writer) {
  if (request.method != "POST") return false;
  const std::string_view path = without_v1(request.path);
  if (path == "/messages/count_tokens") {
    count_tokens(request, writer);
  } else if (path == "/tokenize") {
    tokenize_text(request, writer);
  } else if (path == "/apply-template") {
    apply_template(request, writer);
  } else {
    return false;
  }
  return true;
}

bool SimServer::handle_administration(const HttpRequest& request, ResponseWriter& writer) {
  if (request.method == "POST" && request.path == "/stats/reset") {
    engine_.stats().reset();
    send_json(stats_json(engine_, faults_.size()), writer);
  } else if (request.method == "POST" && request.path == "/sim/faults") {
    queue_faults(request, writer);
  } else if (request.method == "DELETE" && request.path == "/sim/faults") {
    faults_.clear();
    send_json({{"queued", 0}}, writer);
  } else {
    return false;
  }
  return true;
}

void SimServer::count_tokens(const HttpRequest& request, ResponseWriter& writer) {
  const Dialect& dialect = messages_.dialect();
  const auto body = parse_body(request.body);
  if (!body) return send_error(dialect.bad_json(body.error().message), writer);
  const auto chat = read_anthropic_request(*body, MaxTokensField::optional);
  if (!chat) return send_error(dialect.error(400, chat.error().message), writer);
  send_json({{"input_tokens", tokenize(engine_.render(*chat)).size()}}, writer);
}

// {"content": TEXT, "with_pieces": BOOL}
void SimServer::tokenize_text(const HttpRequest& request, ResponseWriter& writer) {
  const auto body = parse_body(request.body);
  if (!body) return send_error(chat_.dialect().bad_json(body.error().message), writer);
  const std::string content = string_member(*body, "content");
  const bool with_pieces = is_true(member_of(*body, "with_pieces"));
  Json tokens = Json::array();
  for (const std::string_view piece : split_pieces(content)) {
    const Token token = token_of(piece);
    tokens.push_back(with_pieces ? Json{{"id", token}, {"piece", piece}} : Json(token));
  }
  send_json({{"tokens", std::move(tokens)}}, writer);
}

// Takes a chat completions body.
void SimServer::apply_template(const HttpRequest& request, ResponseWriter& writer) {
  const auto body = parse_body(request.body);
  if (!body) return send_error(chat_.dialect().bad_json(body.error().message), writer);
  const auto chat = read_openai_request(*body);
  if (!chat) return send_error(chat_.dialect().error(400, chat.error().message), writer);
  send_json({{"prompt", engine_.render(*chat)}}, writer);
}

// {"faults": ["status=503", ...], "times": N}: one for each of the next requests, the list N times over.
void SimServer::queue_faults(const HttpRequest& request, ResponseWriter& writer) {
  const Dialect& dialect = chat_.dialect();
  const auto body = parse_body(request.body);
  if (!body) return send_error(dialect.bad_json(body.error().message), writer);
  const Json& list = member_of(*body, "faults");
  if (!list.is_array())
    return send_error(dialect.error(400, "\"faults\" must be an array of strings"), writer);
  std::vector<Fault> faults;
  for (const Json& text : list) {
    const auto fault = text.is_string() ? parse_fault(text.get<std::string>())
                                        : refuse("\"faults\" must be an array of strings");
    if (!fault) return send_error(dialect.error(400, fault.error().message), writer);
    faults.push_back(*fault);
  }
  const std::size_t times =
      std::min<std::size_t>(unsigned_member(*body, "times").value_or(1), kFaultTimesMax);
  for (std::size_t i = 0; i < times; ++i) {
    for (const Fault& fault : faults) faults_.push(fault, 1);
  }
  send_json({{"queued", faults_.size()}}, writer);
}

void SimServer::not_found(const HttpRequest& request, ResponseWriter& writer) {
  const bool is_anthropic = request.path.starts_with("/v1/messages");
  const Dialect& dialect = is_anthropic ? messages_.dialect() : chat_.dialect();
  send_error(dialect.error(404, "this path or method is not served"), writer);
}

}  // namespace anyclaude::sim
