// The broker that runs on a store, as a program beside it speaks to it.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/error.h"
#include "config/broker_files.h"
#include "http/client/upstream_call.h"

namespace anyclaude::cachectl {

class BrokerLink {
 public:
  // Nothing when no broker runs: no file tells of one, its process is gone, or no program listens at its
  // address. Errors: the token cannot be read (permission, not_found), what listens is not that broker or
  // refuses the token (protocol, authentication).
  static Result<std::optional<BrokerLink>> find(const std::filesystem::path& store_directory);

  const RunningBroker& broker() const { return broker_; }
  // What GET /admin/status said when the link was made.
  const nlohmann::json& status() const { return status_; }

  // Errors carry the broker's own words: invalid_request for a 4xx, not_found for a 404.
  Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body,
                              std::chrono::milliseconds time_max);

 private:
  BrokerLink(RunningBroker broker, std::string token, std::unique_ptr<UpstreamClient> client)
      : broker_(std::move(broker)), token_(std::move(token)), client_(std::move(client)) {}

  Result<nlohmann::json> ask(UpstreamRequest request, std::chrono::milliseconds time_max);

  RunningBroker broker_;
  std::string token_;
  std::unique_ptr<UpstreamClient> client_;
  nlohmann::json status_;
};

}  // namespace anyclaude::cachectl
