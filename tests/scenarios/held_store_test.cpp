// Another process sits on the store's write lock: whoever asks is answered as if it did not.
#include <lmdb.h>

#include <chrono>
#include <thread>

#include "base/limits.h"
#include "scenarios/broker_and_stub.h"
#include "tests/storage/child_process.h"

namespace anyclaude::scenarios {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Far more than an answer of the stub takes, far less than a wait for the store.
constexpr auto kAnswerTimeMax = 1s;

// Made before any thread and any store of the test: it forks.
class LockHolder {
 public:
  LockHolder()
      : child_([](ChildProcess& self) {
          const std::string directory = self.hear();
          if (directory.empty()) return 0;
          MDB_env* env = nullptr;
          MDB_txn* txn = nullptr;
          mdb_env_create(&env);
          mdb_env_set_maxdbs(env, 16);
          const bool holds = mdb_env_open(env, directory.c_str(), MDB_NOTLS, 0600) == 0 &&
                             mdb_txn_begin(env, nullptr, 0, &txn) == 0;
          self.say(holds ? "holds" : "failed");
          self.hear();
          mdb_txn_abort(txn);
          self.say("let go");
          return 0;
        }) {}

  void hold(const std::filesystem::path& store) {
    child_.say(store.string());
    ASSERT_EQ(child_.hear(), "holds");
  }
  void let_go() {
    child_.say("go");
    EXPECT_EQ(child_.hear(), "let go");
  }

 private:
  ChildProcess child_;
};

void answer_chat(HttpRequest& request, ResponseWriter& client) {
  if (request.path != "/v1/chat/completions") {
    (void)client.send(404, {}, "");
    return;
  }
  (void)client.send(200, {{"Content-Type", "text/event-stream"}},
                    R"(data: {"choices":[{"index":0,"delta":{"content":"yes"},"finish_reason":"stop"}],)"
                    R"("usage":{"prompt_tokens":9,"completion_tokens":1}})"
                    "\n\ndata: [DONE]\n\n");
}

// A conversation of its own, whose system prompt varies in one line.
std::string conversation(int number) {
  const std::string build = "Build: " + std::to_string(number * 7) + " of today";
  return nlohmann::json{
      {"model", "m"},
      {"max_tokens", 50},
      {"system",
       {{{"type", "text"},
         {"text", "A heading\n\nSome stable prose.\n" + build + "\nMore stable prose.\nAnd an end."}}}},
      {"messages", {{{"role", "user"}, {"content", "question " + std::to_string(number)}}}}}
      .dump();
}

class HeldStore : public ::testing::Test {
 protected:
  // The cache status, when it came in time.
  std::string in_time(const OneBroker& broker, int number,
                      std::chrono::milliseconds time_max = kAnswerTimeMax) {
    const auto begin = steady_clock::now();
    const HttpReply reply = broker.post(conversation(number));
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_LT(steady_clock::now() - begin, time_max) << "request " << number;
    return cache_status(reply);
  }
  bool is_moved(std::size_t asked) const {
    return server_.asked().at(asked).body.find("A line that keeps changing") != std::string::npos;
  }

  LockHolder holder_;
  StubServer server_{answer_chat};
};

TEST_F(HeldStore, NoRequestWaitsForWhatIsLearned) {
  const OneBroker broker("llama-cpp", server_.url(),
                         [](Config& config) { config.backends["llama-cpp"].model = "m"; });
  EXPECT_EQ(in_time(broker, 0), "MISS");
  EXPECT_EQ(in_time(broker, 0), "HIT");
  holder_.hold(broker.store());
  const std::size_t asked = server_.asked().size();
  for (int number = 1; number <= 8; ++number) {
    EXPECT_EQ(in_time(broker, number), "MISS");
    EXPECT_EQ(in_time(broker, number), "HIT");
    EXPECT_EQ(in_time(broker, 0), "HIT");
  }
  EXPECT_FALSE(is_moved(asked));
  EXPECT_TRUE(is_moved(server_.asked().size() - 1)) << "the line that varies was learned meanwhile";
  std::vector<std::thread> clients;
  for (int number = 9; number <= 16; ++number)
    clients.emplace_back([&, number] { EXPECT_EQ(in_time(broker, number), "MISS"); });
  for (std::thread& client : clients) client.join();
  holder_.let_go();
}

// A cost is in the store before its answer ends; those of several answers are written together.
TEST_F(HeldStore, CostsThatComeTogetherWaitTogether) {
  const OneBroker broker("llama-cpp", server_.url(), [](Config& config) {
    config.backends["llama-cpp"].model = "m";
    config.backends["llama-cpp"].price = TokenPrice{1, 1, 1};
    config.backends["llama-cpp"].cost_cap_usd_per_day = 100;
  });
  EXPECT_EQ(in_time(broker, 0), "MISS");
  holder_.hold(broker.store());
  std::vector<std::thread> clients;
  for (int number = 1; number <= 6; ++number)
    clients.emplace_back([&, number] {
      EXPECT_EQ(in_time(broker, number, limits::kStoreWriteWaitMax + kAnswerTimeMax), "MISS");
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(in_time(broker, 0), "HIT");
  holder_.let_go();
}

}  // namespace
}  // namespace anyclaude::scenarios
