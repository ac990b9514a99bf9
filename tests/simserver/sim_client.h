// Calls a simulated server over HTTP.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "http/client/upstream_call.h"
#include "http/wire/sse.h"
#include "tools/simserver/sim_server.h"

namespace anyclaude::sim {

struct Exchange {
  HttpReply reply;
  UpstreamEnd end = UpstreamEnd::cancelled;

  Json json() const { return Json::parse(reply.body, nullptr, false); }
  // The data of each event, those that are JSON parsed, the rest as strings.
  std::vector<Json> events() const {
    std::vector<Json> events;
    const auto keep = [&](const SseEvent& event) {
      Json data = Json::parse(event.data, nullptr, false);
      events.push_back(data.is_discarded() ? Json(event.data) : std::move(data));
    };
    SseParser parser;
    static_cast<void>(parser.feed(reply.body, keep));
    parser.finish(keep);
    return events;
  }
};

class SimClient {
 public:
  explicit SimClient(const SimServer& server) : client_(*UpstreamClient::create(*parse_url(server.url()))) {}

  std::unique_ptr<UpstreamCall> start(std::string method, std::string path, std::string body,
                                      HeaderFields headers = {}) {
    UpstreamRequest request;
    request.method = std::move(method);
    request.target = std::move(path);
    request.body = std::move(body);
    request.headers = std::move(headers);
    return client_->start(std::move(request));
  }

  Exchange exchange(std::string method, std::string path, std::string body, HeaderFields headers = {}) {
    Exchange exchange;
    const auto call = start(std::move(method), std::move(path), std::move(body), std::move(headers));
    for (;;) {
      const UpstreamSignal signal = call->next(-1, std::chrono::seconds(30));
      if (const auto* head = std::get_if<UpstreamHead>(&signal)) {
        exchange.reply.status = head->status;
        exchange.reply.headers = head->headers;
      } else if (const auto* bytes = std::get_if<UpstreamBytes>(&signal)) {
        exchange.reply.body += bytes->bytes;
      } else if (const auto* done = std::get_if<UpstreamDone>(&signal)) {
        exchange.end = done->end;
        return exchange;
      } else {
        ADD_FAILURE() << "no reply within 30 s";
        return exchange;
      }
    }
  }

  Exchange post(std::string path, const Json& body, HeaderFields headers = {}) {
    return exchange("POST", std::move(path), body.dump(), std::move(headers));
  }
  Json get(std::string path) { return exchange("GET", std::move(path), "").json(); }

 private:
  std::unique_ptr<UpstreamClient> client_;
};

}  // namespace anyclaude::sim
