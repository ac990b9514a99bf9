// The broker's endpoints: which path is answered by whom.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <utility>

#include "http/server/response_writer.h"
#include "http/wire/http_message.h"
#include "proxy/admin_service.h"
#include "proxy/broker_parts.h"
#include "proxy/request_pipeline.h"

namespace anyclaude {

// Thread-safe: its handle() is the HTTP server's handler.
class BrokerService {
 public:
  explicit BrokerService(const BrokerParts& parts, AdminSettings admin = {})
      : parts_(parts), pipeline_(parts), verbatim_(parts), admin_(parts, std::move(admin)) {}

  void handle(HttpRequest& request, ResponseWriter& client);

 private:
  // True when the client has got its refusal.
  bool refused_by_guard(const HttpRequest& request, ResponseWriter& client);
  bool refused_as_loop(const HttpRequest& request, ResponseWriter& client);
  // By its path and method; a path that passes gets its one spelling.
  bool refused_for_its_form(HttpRequest& request, ResponseWriter& client);
  void messages(HttpRequest& request, ResponseWriter& client);
  void count_tokens(HttpRequest& request, ResponseWriter& client);
  void models(HttpRequest& request, ResponseWriter& client);
  void greeting(HttpRequest& request, ResponseWriter& client);
  void live(HttpRequest& request, ResponseWriter& client);
  void ready(HttpRequest& request, ResponseWriter& client);
  void metrics(HttpRequest& request, ResponseWriter& client);

  // The server whose turn it is; a request that needs it twice keeps the one it got.
  Backend& current() const { return *parts_.backends.current().backend; }

  const BrokerParts& parts_;
  RequestPipeline pipeline_;
  VerbatimForwarder verbatim_;
  AdminService admin_;
};

}  // namespace anyclaude
