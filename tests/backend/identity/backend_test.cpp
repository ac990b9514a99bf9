#include "backend/identity/backend.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <latch>
#include <map>
#include <mutex>
#include <thread>

#include "tests/fakes/built_in_profile.h"
#include "tests/fakes/fake_clock.h"

namespace anyclaude {
namespace {

struct FakeReply {
  int status = 200;
  std::string body;
  UpstreamEnd end = UpstreamEnd::complete;
};

class FakeCall final : public UpstreamCall {
 public:
  explicit FakeCall(const FakeReply& reply) {
    if (reply.end == UpstreamEnd::complete) {
      signals_.push_back(UpstreamHead{reply.status, {}});
      signals_.push_back(UpstreamBytes{reply.body});
    }
    signals_.push_back(UpstreamDone{reply.end});
  }
  UpstreamSignal next(int, std::chrono::milliseconds) override {
    UpstreamSignal signal = std::move(signals_.front());
    signals_.pop_front();
    return signal;
  }
  void cancel() override {}
  std::int64_t head_ms() const override { return 0; }

 private:
  std::deque<UpstreamSignal> signals_;
};

// Answers each path with what was last put there, 404 elsewhere. Thread-safe.
class FakeServer final : public UpstreamClient {
 public:
  std::unique_ptr<UpstreamCall> start(UpstreamRequest request) override {
    if (before_reply) before_reply();
    const std::lock_guard lock(mutex_);
    requests.push_back(request);
    const auto found = replies.find(request.target);
    return std::make_unique<FakeCall>(found == replies.end() ? FakeReply{404, R"({"error":"no"})"}
                                                             : found->second);
  }
  const Url& base() const override { return base_; }

  std::map<std::string, FakeReply> replies;
  std::vector<UpstreamRequest> requests;
  std::function<void()> before_reply;

 private:
  std::mutex mutex_;
  Url base_{.host = "127.0.0.1", .port = 8080, .path = ""};
};

constexpr const char* kProps =
    R"({"default_generation_settings":{"n_ctx":16384},"total_slots":1,"model_path":"/m/qwen.gguf",)"
    R"("build_info":"b6000","chat_template":"{{ messages }}"})";
constexpr const char* kOneModel = R"({"object":"list","data":[{"id":"qwen.gguf","created":1700000000,)"
                                  R"("meta":{"n_params":7,"n_ctx_train":32768}}]})";

class BackendTest : public testing::Test {
 protected:
  void make(const char* mode, std::string model = "", std::string key = "") {
    auto server = std::make_unique<FakeServer>();
    server_ = server.get();
    backend_ = Backend::create({built_in_profile(mode), Url{.host = "127.0.0.1", .port = 8080, .path = ""},
                                std::move(model), std::move(key)},
                               clock_, std::move(server));
  }
  void serve(const std::string& target, const std::string& body, int status = 200) {
    server_->replies[target] = {status, body};
  }
  BackendIdentity identity() {
    auto identity = backend_->identity();
    if (identity) return *identity;
    ADD_FAILURE() << identity.error().message;
    return {};
  }
  Error error() {
    auto identity = backend_->identity();
    if (!identity) return identity.error();
    ADD_FAILURE() << "identified as " << identity->model;
    return {};
  }

  FakeClock clock_;
  FakeServer* server_ = nullptr;
  std::unique_ptr<Backend> backend_;
};

TEST_F(BackendTest, AsksLlamaCppWhatItServes) {
  make("llama-cpp", "", "sk-secret");
  serve("/props", kProps);
  serve("/v1/models", kOneModel);
  const BackendIdentity said = identity();
  EXPECT_EQ(said.model, "qwen.gguf");
  EXPECT_EQ(said.context_tokens, 16'384u);
  ASSERT_EQ(said.models.size(), 1u);
  EXPECT_EQ(said.models[0].context_tokens, 16'384u);
  EXPECT_EQ(said.models[0].fingerprint, said.fingerprint);
  EXPECT_EQ(said.fingerprint.size(), 64u);
  ASSERT_EQ(server_->requests.size(), 2u);
  EXPECT_EQ(server_->requests[0].headers.get("Authorization"), "Bearer sk-secret");
  EXPECT_EQ(server_->requests[0].method, "GET");
}

TEST_F(BackendTest, AsksOtherServersOnlyForTheirModels) {
  make("openai");
  serve("/v1/models", R"({"data":[{"id":"m","max_model_len":4096}]})");
  EXPECT_EQ(identity().context_tokens, 4'096u);
  ASSERT_EQ(server_->requests.size(), 1u);
  EXPECT_FALSE(server_->requests[0].headers.has("Authorization"));
}

TEST_F(BackendTest, KeepsThePathOfTheBaseUrl) {
  auto server = std::make_unique<FakeServer>();
  server->replies["/api/v1/models"] = {200, kOneModel};
  const auto backend =
      Backend::create({built_in_profile("openai"), Url{.host = "h", .port = 1, .path = "/api"}, "", ""},
                      clock_, std::move(server));
  EXPECT_EQ(backend->identity()->model, "qwen.gguf");
}

TEST_F(BackendTest, AsksNothingInTheVerbatimLane) {
  make("claude");
  EXPECT_EQ(identity().model, "");
  EXPECT_FALSE(identity().fingerprint.empty());
  EXPECT_TRUE(server_->requests.empty());
}

TEST_F(BackendTest, TheFingerprintFollowsWhatTheServerSays) {
  make("llama-cpp");
  serve("/props", kProps);
  serve("/v1/models", kOneModel);
  const std::string before = identity().fingerprint;
  const auto after = [&](const std::string& from, const std::string& to) {
    std::string props = kProps;
    std::string models = kOneModel;
    if (const auto at = props.find(from); at != std::string::npos) props.replace(at, from.size(), to);
    if (const auto at = models.find(from); at != std::string::npos) models.replace(at, from.size(), to);
    serve("/props", props);
    serve("/v1/models", models);
    backend_->forget_identity();
    return identity().fingerprint;
  };
  EXPECT_EQ(after("", ""), before);
  EXPECT_NE(after("/m/qwen.gguf", "/m/other.gguf"), before);
  EXPECT_NE(after("b6000", "b6001"), before);
  EXPECT_NE(after("{{ messages }}", "{{ other }}"), before);
  EXPECT_NE(after("\"n_params\":7", "\"n_params\":8"), before);
  EXPECT_NE(after("1700000000", "1700000001"), before);
  EXPECT_EQ(after("\"total_slots\":1", "\"total_slots\":2"), before);
}

TEST_F(BackendTest, ACreatedThatIsTheTimeOfTheReplyDoesNotCount) {
  make("openai");
  const auto said_now = [&] {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.system_now().time_since_epoch());
    serve("/v1/models", R"({"data":[{"id":"m","created":)" + std::to_string(now.count()) + "}]}");
    backend_->forget_identity();
    return identity().fingerprint;
  };
  const std::string before = said_now();
  clock_.advance(std::chrono::hours(5));
  EXPECT_EQ(said_now(), before);
}

TEST_F(BackendTest, RemembersWhileItIsUsed) {
  make("openai");
  serve("/v1/models", kOneModel);
  for (int i = 0; i < 5; ++i) {
    identity();
    clock_.advance(std::chrono::seconds(59));
  }
  EXPECT_EQ(server_->requests.size(), 1u);
  clock_.advance(std::chrono::seconds(60));
  identity();
  EXPECT_EQ(server_->requests.size(), 2u);
  backend_->forget_identity();
  identity();
  EXPECT_EQ(server_->requests.size(), 3u);
}

TEST_F(BackendTest, AServerTooBusyToSayWhoItIsIsTheOneItWas) {
  make("openai");
  serve("/v1/models", kOneModel);
  const std::string before = identity().fingerprint;
  clock_.advance(std::chrono::minutes(5));
  server_->replies["/v1/models"] = {200, "", UpstreamEnd::first_byte_timed_out};
  EXPECT_EQ(identity().fingerprint, before);
  backend_->forget_identity();
  EXPECT_EQ(error().kind, ErrorKind::timed_out) << "after a failed call nothing is taken for granted";
}

TEST_F(BackendTest, DoesNotRememberFailures) {
  make("openai");
  serve("/v1/models", R"({"error":{"message":"Loading model"}})", 503);
  EXPECT_EQ(error().kind, ErrorKind::unavailable);
  serve("/v1/models", kOneModel);
  EXPECT_EQ(identity().model, "qwen.gguf");
}

TEST_F(BackendTest, DoesNotRememberWhatWasAskedBeforeForgetting) {
  make("openai");
  serve("/v1/models", kOneModel);
  server_->before_reply = [this] { backend_->forget_identity(); };
  identity();
  server_->before_reply = nullptr;
  identity();
  EXPECT_EQ(server_->requests.size(), 2u);
}

TEST_F(BackendTest, TellsAServerThatIsAwayFromOneThatRefuses) {
  make("openai");
  server_->replies["/v1/models"] = {0, "", UpstreamEnd::refused};
  EXPECT_EQ(error().kind, ErrorKind::unavailable);
  EXPECT_EQ(error().source, ErrorSource::upstream);
  serve("/v1/models", "{}", 401);
  EXPECT_EQ(error().kind, ErrorKind::authentication);
}

// --- Which model ---

constexpr const char* kThreeModels =
    R"({"data":[{"id":"a"},{"id":"b"},{"id":"text-embedding-nomic"},{"id":"e","type":"embeddings"}]})";

TEST_F(BackendTest, ListsTheModelsWhenThereAreSeveral) {
  make("openai");
  serve("/v1/models", kThreeModels);
  const Error refused = error();
  EXPECT_EQ(refused.kind, ErrorKind::not_found);
  EXPECT_NE(refused.message.find("a, b"), std::string::npos);
  EXPECT_EQ(refused.message.find("embedding"), std::string::npos);
}

TEST_F(BackendTest, TakesTheConfiguredModel) {
  make("openai", "b");
  serve("/v1/models", kThreeModels);
  EXPECT_EQ(identity().model, "b");
}

TEST_F(BackendTest, RefusesAConfiguredModelThatIsNotThere) {
  make("openai", "c");
  serve("/v1/models", kThreeModels);
  EXPECT_EQ(error().kind, ErrorKind::not_found);
  EXPECT_NE(error().message.find("a, b"), std::string::npos);
}

TEST_F(BackendTest, KnowsOllamasTag) {
  make("openai", "qwen3");
  serve("/v1/models", R"({"data":[{"id":"qwen3:latest"},{"id":"x"}]})");
  EXPECT_EQ(identity().model, "qwen3:latest");
}

TEST_F(BackendTest, AnyNameIsRightForALlamaCppServerWithOneModel) {
  make("llama-cpp", "my-name");
  serve("/props", kProps);
  serve("/v1/models", kOneModel);
  EXPECT_EQ(identity().model, "my-name");
  EXPECT_EQ(identity().context_tokens, 16'384u);
}

TEST_F(BackendTest, TakesTheLoadedModel) {
  make("llama-cpp", "current-model");
  serve("/v1/models",
        R"({"data":[{"id":"a","status":{"value":"unloaded"}},{"id":"b","status":{"value":"loaded"}}]})");
  EXPECT_EQ(identity().model, "b");
}

TEST_F(BackendTest, KnowsAServerThatListsNothingByItsConfiguration) {
  make("openai", "m");
  const BackendIdentity said = identity();
  EXPECT_EQ(said.model, "m");
  EXPECT_FALSE(said.fingerprint.empty());
  make("openai");
  EXPECT_EQ(error().kind, ErrorKind::not_found);
  serve("/v1/models", "<html>");
  EXPECT_EQ(error().kind, ErrorKind::not_found);
}

// --- Threads ---

TEST_F(BackendTest, OneAsksTheOthersWait) {
  make("openai");
  serve("/v1/models", kOneModel);
  constexpr int kThreads = 8;
  std::latch all_here(kThreads);
  std::atomic<int> asking{0};
  std::atomic<int> most_at_once{0};
  server_->before_reply = [&] {
    most_at_once = std::max(most_at_once.load(), ++asking);
    std::this_thread::yield();
    --asking;
  };
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      all_here.arrive_and_wait();
      for (int round = 0; round < 20; ++round) {
        const auto said = backend_->identity();
        if (said && said->model == "qwen.gguf") ++right;
        if (round % 5 == 4) backend_->forget_identity();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, kThreads * 20);
  EXPECT_EQ(most_at_once, 1);
}

}  // namespace
}  // namespace anyclaude
