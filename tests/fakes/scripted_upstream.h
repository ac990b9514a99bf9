// An upstream that plays a script: it knows which calls will come and what each is answered. A call that is
// not in the script fails the test, and so does a scripted call that never came.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/client/upstream_call.h"

namespace anyclaude::fakes {

// One scripted exchange: the signals next() gives, in order. `check` looks at the request.
struct ScriptedExchange {
  std::function<void(const UpstreamRequest&)> check;
  std::vector<UpstreamSignal> signals;
};

class ScriptedCall final : public UpstreamCall {
 public:
  ScriptedCall(std::vector<UpstreamSignal> signals, int& cancelled)
      : signals_(signals.begin(), signals.end()), cancelled_(cancelled) {}
  ~ScriptedCall() override {
    if (!done_) ++cancelled_;
  }

  UpstreamSignal next(int, std::chrono::milliseconds) override {
    if (signals_.empty()) return UpstreamDone{UpstreamEnd::cut};
    UpstreamSignal signal = std::move(signals_.front());
    signals_.pop_front();
    done_ = std::holds_alternative<UpstreamDone>(signal);
    return signal;
  }
  void cancel() override { signals_.clear(); }
  std::int64_t head_ms() const override { return 0; }

 private:
  std::deque<UpstreamSignal> signals_;
  int& cancelled_;
  bool done_ = false;
};

class ScriptedUpstream final : public UpstreamClient {
 public:
  explicit ScriptedUpstream(Url base) : base_(std::move(base)) {}
  ~ScriptedUpstream() override {
    EXPECT_TRUE(script_.empty()) << script_.size() << " scripted calls never came";
  }

  void expect(ScriptedExchange exchange) { script_.push_back(std::move(exchange)); }
  // For tests that do not know beforehand whether a call will come.
  void expect_nothing_more() { script_.clear(); }

  // The usual case: a head, the body in the pieces given, a proper end.
  void expect_reply(int status, HeaderFields headers, std::vector<std::string> pieces,
                    UpstreamEnd end = UpstreamEnd::complete) {
    ScriptedExchange exchange;
    exchange.check = [this](const UpstreamRequest& request) { requests.push_back(request); };
    exchange.signals.push_back(UpstreamHead{status, std::move(headers)});
    for (std::string& piece : pieces) exchange.signals.push_back(UpstreamBytes{std::move(piece)});
    exchange.signals.push_back(UpstreamDone{end});
    expect(std::move(exchange));
  }

  std::unique_ptr<UpstreamCall> start(UpstreamRequest request) override {
    if (script_.empty()) {
      ADD_FAILURE() << "unexpected call: " << request.method << " " << request.target;
      return std::make_unique<ScriptedCall>(std::vector<UpstreamSignal>{UpstreamDone{UpstreamEnd::refused}},
                                            cancelled);
    }
    ScriptedExchange exchange = std::move(script_.front());
    script_.pop_front();
    if (exchange.check) exchange.check(request);
    return std::make_unique<ScriptedCall>(std::move(exchange.signals), cancelled);
  }
  const Url& base() const override { return base_; }

  std::vector<UpstreamRequest> requests;  // those that expect_reply() answered
  int cancelled = 0;                      // calls given up before their end

 private:
  Url base_;
  std::deque<ScriptedExchange> script_;
};

}  // namespace anyclaude::fakes
