// What the broker adds: a hit beside a bare cpp-httplib handler that reads the same body and answers the same
// bytes, and a miss beside the same call made to the upstream directly. All four take turns in one run.
#include <httplib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <vector>

#include "app/allocator.h"
#include "app/broker_app.h"
#include "base/random_id.h"
#include "http/server/http_server.h"
#include "wire_client.h"

namespace anyclaude::bench {
namespace {

using nlohmann::json;

constexpr int kWarmUpRounds = 100;
constexpr int kRounds = 1'500;

std::string recorded_body() {
  std::ifstream file(ANYCLAUDE_TEST_DATA "/recordings/interactive_three_turns/0003.json");
  std::ostringstream text;
  text << file.rdbuf();
  json body = json::parse(text.str()).at("body");
  // Without its session the request is not one agent asking the same thing again and again, which gets a
  // fresh answer.
  body.erase("metadata");
  return body.dump();
}

// The same request with another question, of the same length.
std::string with_question(const std::string& body, int number) {
  static constexpr std::string_view kMark = "currentDate";
  char digits[12];
  std::snprintf(digits, sizeof digits, "%011d", number);
  std::string changed = body;
  changed.replace(changed.find(kMark), kMark.size(), digits);
  return changed;
}

// An upstream that has its answer ready: it reads the body and streams three events, so that nothing but the
// way to it and back is measured.
std::unique_ptr<HttpServer> ready_upstream() {
  auto server = HttpServer::listen(
      {},
      [](HttpRequest& request, ResponseWriter& client) {
        if (request.method == "GET") {
          const bool props = request.path == "/props";
          (void)client.send(
              200, {{"Content-Type", "application/json"}},
              props ? R"({"model_path":"/m","total_slots":1,"default_generation_settings":{"n_ctx":131072}})"
                    : R"({"data":[{"id":"tiny"}]})");
          return;
        }
        (void)client.start(200, {{"Content-Type", "text/event-stream"}});
        (void)client.write(
            "data: "
            "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ready\"},\"finish_reason\":null}]}\n\n");
        (void)client.write(
            "data: "
            "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_"
            "tokens\":20000,"
            "\"completion_tokens\":1,\"prompt_tokens_details\":{\"cached_tokens\":0}}}\n\ndata: [DONE]\n\n");
        (void)client.finish();
      },
      [](int, std::string_view message) { return std::string(message); });
  (*server)->start();
  return std::move(*server);
}

struct Series {
  std::vector<double> microseconds;
  void add(std::chrono::nanoseconds time) {
    microseconds.push_back(static_cast<double>(time.count()) / 1000.0);
  }
  double at(double part) {
    std::sort(microseconds.begin(), microseconds.end());
    return microseconds[static_cast<std::size_t>(part * static_cast<double>(microseconds.size() - 1))];
  }
};

int port_of(const std::string& url) {
  return std::atoi(url.substr(url.rfind(':') + 1).c_str());
}

int run() {
  keep_freed_buffers();
  const std::string body = recorded_body();
  const auto directory = std::filesystem::temp_directory_path() / random_id("anyclaude-bench-");
  const auto upstream = ready_upstream();
  Config config;
  config.mode = "llama-cpp";
  config.log_level = LogLevel::off;
  config.store_directory = directory;
  config.backends["llama-cpp"].url = "http://127.0.0.1:" + std::to_string(upstream->port());
  auto broker = BrokerApp::start(config, BackendProfiles::built_in());
  if (!broker) return std::fprintf(stderr, "%s\n", broker.error().message.c_str()), 1;

  WireClient to_broker(port_of((*broker)->url()));
  to_broker.post("/v1/messages", body);
  to_broker.post("/v1/messages", body);
  if (to_broker.reply().find("x-anyclaude-cache-status: HIT") == std::string::npos)
    return std::fprintf(stderr, "the second asking was not a hit:\n%s\n",
                        to_broker.reply().substr(0, 600).c_str()),
           1;
  const std::string hit_body = to_broker.reply().substr(to_broker.reply().find("\r\n\r\n") + 4);

  httplib::Server bare;
  bare.set_tcp_nodelay(true);
  bare.Post("/v1/messages", [&](const httplib::Request&, httplib::Response& reply) {
    reply.set_content(hit_body, "text/event-stream; charset=utf-8");
  });
  const int bare_port = bare.bind_to_any_port("127.0.0.1");
  std::thread bare_thread([&] { bare.listen_after_bind(); });
  WireClient to_bare(bare_port);
  WireClient to_upstream(upstream->port());
  WireClient to_broker_with_misses(port_of((*broker)->url()));

  Series bare_times, hit_times, direct_times, miss_times;
  for (int round = -kWarmUpRounds; round < kRounds; ++round) {
    const std::string other = with_question(body, round + kWarmUpRounds);
    const auto bare_time = to_bare.post("/v1/messages", body).whole;
    const auto hit_time = to_broker.post("/v1/messages", body).whole;
    const auto direct_time = to_upstream.post("/v1/chat/completions", other).first_body_byte;
    const auto miss_time = to_broker_with_misses.post("/v1/messages", other).first_body_byte;
    if (round < 0) continue;
    bare_times.add(bare_time);
    hit_times.add(hit_time);
    direct_times.add(direct_time);
    miss_times.add(miss_time);
  }
  bare.stop();
  bare_thread.join();
  (*broker)->stop(std::chrono::seconds(1));
  std::filesystem::remove_all(directory);

  std::printf(
      "A recorded request of %zu bytes over kept loopback connections, %d rounds, the four taking turns.\n\n",
      body.size(), kRounds);
  std::printf("hit / bare handler               p50 %5.2fx   p99 %5.2fx   (at most 2x)\n",
              hit_times.at(0.5) / bare_times.at(0.5), hit_times.at(0.99) / bare_times.at(0.99));
  std::printf("miss - direct, first body byte   p50 %5.2f ms p99 %5.2f ms (at most 1 ms)\n\n",
              (miss_times.at(0.5) - direct_times.at(0.5)) / 1000,
              (miss_times.at(0.99) - direct_times.at(0.99)) / 1000);
  std::printf("%-42s %10s %10s\n", "microseconds", "p50", "p99");
  const auto row = [](const char* name, Series& series) {
    std::printf("%-42s %10.0f %10.0f\n", name, series.at(0.5), series.at(0.99));
  };
  row("bare cpp-httplib handler, whole reply", bare_times);
  row("hit through the broker, whole reply", hit_times);
  row("upstream directly, first body byte", direct_times);
  row("miss through the broker, first body byte", miss_times);
  return 0;
}

}  // namespace
}  // namespace anyclaude::bench

int main() {
  return anyclaude::bench::run();
}
