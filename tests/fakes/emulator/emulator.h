// A model server of a certain kind, as strict and as odd as the real one, with a scripted model behind it.
#pragma once

#include <atomic>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "fakes/emulator/chat_sink.h"
#include "fakes/emulator/native_api.h"
#include "fakes/emulator/quirks.h"
#include "fakes/emulator/raw_connection.h"
#include "tools/simserver/engine.h"

namespace anyclaude::emulators {

// What goes wrong with one of the next requests to the model.
enum class Trouble {
  none,
  busy,             // the server takes no more work, in its own words
  dies,             // the connection ends in the middle of the reply
  error_in_stream,  // an error behind the first words of a 200 stream
  unparsed_call,    // the model's tool call cannot be parsed
  no_usage,         // the reply says nothing of tokens
  end_missing,      // a stream closes in good order, without [DONE]
};

struct EmulatorOptions {
  Quirks quirks;
  ModelFacts model;
  int port = 0;         // 0: the system chooses
  std::string api_key;  // empty: none is asked for
  sim::EngineOptions engine;
  sim::Script script;
};

// Listens on 127.0.0.1 from construction to destruction. Thread-safe. Throws std::runtime_error when it
// cannot listen.
class Emulator {
 public:
  explicit Emulator(EmulatorOptions options);
  ~Emulator();
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  // "http://127.0.0.1:PORT"
  std::string url() const;
  const Quirks& quirks() const { return options_.quirks; }
  sim::Engine& engine() { return engine_; }

  // The next requests to the model meet these, one each, in this order.
  void next(Trouble trouble, int times = 1);
  void forget_troubles();
  // Requests this server would not take, and why. A broker that knows its server causes none.
  std::vector<std::string> violations() const;
  // The bodies of the requests to the model, in the order of their arrival.
  std::vector<std::string> bodies() const;

 private:
  struct Connection {
    std::thread thread;
    RawConnection http;
    std::atomic<bool> done = false;

    Connection(FileDescriptor socket, HttpForm form) : http(std::move(socket), form) {}
  };

  void accept_all();
  void serve(Connection& connection);
  void answer(const HttpRequest& request, ResponseWriter& writer);
  bool has_key(const HttpRequest& request) const;
  void say_models(ResponseWriter& writer) const;
  void say_props(ResponseWriter& writer) const;
  sim::PreparedPrompt cut_short(sim::ChatRequest request, sim::PreparedPrompt prompt) const;
  void converse(const HttpRequest& request, ResponseWriter& client);
  bool refuse_model(const sim::Json& body, ResponseWriter& writer);
  bool refuse_body(const sim::Json& body, ResponseWriter& writer, Trouble& trouble);
  void run(sim::ChatRequest request, const sim::Json& body, Trouble trouble, ResponseWriter& writer);
  void generate(const sim::ChatRequest& request, sim::PreparedPrompt prompt, Trouble trouble,
                ResponseWriter& writer);
  Trouble take_trouble();
  void violated(std::string reason);

  const EmulatorOptions options_;
  sim::Engine engine_;
  FileDescriptor listener_;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> running_ = 0;
  std::atomic<bool> loaded_ = false;

  mutable std::mutex mutex_;
  std::deque<Trouble> troubles_;
  std::vector<std::string> violations_;
  std::vector<std::string> bodies_;
  std::list<Connection> connections_;

  std::thread acceptor_;  // last: it uses all of the above
};

}  // namespace anyclaude::emulators
