// The broker's own verbs: what a person or a program beside it may ask it to do while it runs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "config/broker_files.h"
#include "http/server/response_writer.h"
#include "http/wire/http_message.h"
#include "messages/events/api_error.h"
#include "proxy/broker_parts.h"
#include "storage/response_store.h"

namespace anyclaude {

struct AdminSettings {
  std::string token;  // empty: every request is refused
  RunningBroker broker = {};
  ResponseStoreMaintenance* maintenance = nullptr;  // outlives the service
  // Called after the mode has changed, with the name of the entry whose turn it is now.
  std::function<void(const std::string& mode)> on_mode = {};
};

// Thread-safe. Answers in JSON, errors in Anthropic's form. Everything needs the token, as `Authorization:
// Bearer` or x-anyclaude-admin-token, and a client on this machine.
class AdminService {
 public:
  AdminService(const BrokerParts& parts, AdminSettings settings);

  static bool is_admin_path(std::string_view path) { return path == "/admin" || path.starts_with("/admin/"); }
  void handle(const HttpRequest& request, ResponseWriter& client);

 private:
  // Why the request may not ask; nothing when it may.
  std::optional<ApiError> refusal(const HttpRequest& request) const;
  void switch_mode(const HttpRequest& request, ResponseWriter& client);
  void compact(const HttpRequest& request, ResponseWriter& client);
  void settle(const HttpRequest& request, ResponseWriter& client);
  void status(const HttpRequest& request, ResponseWriter& client);

  const BrokerParts& parts_;
  const AdminSettings settings_;
};

}  // namespace anyclaude
