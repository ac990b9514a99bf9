// Says in the log, when the broker starts, what a client of this server would run into.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <thread>

#include "backend/identity/backend.h"

namespace anyclaude {

// Asks on a thread of its own, so that the start does not wait for the model server. Only servers that say
// what their models can do are asked. The destructor waits for the answer, a few times kProbeTimeMax at most.
class StartReport {
 public:
  StartReport(std::string name, std::shared_ptr<Backend> backend, spdlog::logger& log);
  ~StartReport();
  StartReport(const StartReport&) = delete;
  StartReport& operator=(const StartReport&) = delete;

 private:
  std::thread thread_;
};

}  // namespace anyclaude
