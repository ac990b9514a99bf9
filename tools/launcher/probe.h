// Short probes of servers while they start: does one listen, and which?
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "base/limits.h"
#include "http/client/upstream_call.h"
#include "http/wire/url.h"
#include "tools/launcher/setting.h"

namespace anyclaude::launcher {

struct Answer {
  UpstreamEnd end = UpstreamEnd::refused;
  int status = 0;  // 0: no reply
  std::string body;

  bool is_ok() const { return status == 200; }
  // Discarded when it is none.
  nlohmann::json json() const;
};

// GET `target` of the server at `base`; `api_key` may be empty.
Answer ask(const Url& base, const std::string& target, const std::string& api_key,
           std::chrono::milliseconds time_max = limits::kProbeTimeMax, const UpstreamRoute& route = {});
// The same for the server that is configured.
Answer ask_backend(const ChosenBackend& backend, const std::string& target);

// absent: no program listens. starting: one does and is not ready, or does not answer in time. foreign: a
// program that is no model server.
enum class ServerState { absent, starting, ready, foreign };
ServerState state_of(const Answer& answer);

}  // namespace anyclaude::launcher
