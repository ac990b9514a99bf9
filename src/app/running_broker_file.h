#pragma once

#include <spdlog/logger.h>

#include <filesystem>
#include <mutex>
#include <string>

#include "config/broker_files.h"

namespace anyclaude {

// Keeps broker.json true while the broker serves, and removes it afterwards. A file that cannot be written is
// a line in the log: the broker works without. Thread-safe.
class RunningBrokerFile {
 public:
  RunningBrokerFile(std::filesystem::path store_directory, RunningBroker broker, spdlog::logger& log);
  ~RunningBrokerFile() { remove(); }
  RunningBrokerFile(const RunningBrokerFile&) = delete;
  RunningBrokerFile& operator=(const RunningBrokerFile&) = delete;

  void set_mode(const std::string& mode);
  // For good. Idempotent.
  void remove();

 private:
  void write();

  const std::filesystem::path store_directory_;
  spdlog::logger& log_;
  std::mutex mutex_;
  RunningBroker broker_;
  bool removed_ = false;
};

}  // namespace anyclaude
