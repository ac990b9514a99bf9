// Model servers that run on this machine, on the ports the profiles name.
#pragma once

#include <string>
#include <vector>

#include "backend/profile/backend_profiles.h"
#include "http/wire/url.h"

namespace anyclaude::launcher {

struct FoundServer {
  std::string profile;
  Url url;  // without a trailing /v1
  std::vector<std::string> models;
};

// Asks all ports at once and takes at most kLocalProbeTimeMax a question. Where several kinds share a port,
// the server itself tells which it is.
std::vector<FoundServer> look_for_servers(const BackendProfiles& profiles);

// Which of `candidates` (not empty) answers at `url`, as far as it lets that be seen; else the first of them.
std::string kind_of_server(const Url& url, const std::vector<std::string>& candidates);

}  // namespace anyclaude::launcher
