#include "app/running_broker_file.h"

#include <utility>

namespace anyclaude {

RunningBrokerFile::RunningBrokerFile(std::filesystem::path store_directory, RunningBroker broker,
                                     spdlog::logger& log)
    : store_directory_(std::move(store_directory)), log_(log), broker_(std::move(broker)) {
  write();
}

void RunningBrokerFile::remove() {
  const std::lock_guard lock(mutex_);
  if (!removed_) remove_running_broker(store_directory_, broker_.pid);
  removed_ = true;
}

void RunningBrokerFile::set_mode(const std::string& mode) {
  const std::lock_guard lock(mutex_);
  broker_.mode = mode;
  if (!removed_) write();
}

void RunningBrokerFile::write() {
  if (const Status status = write_running_broker(store_directory_, broker_); !status)
    log_.warn("{}; other programs will not find this broker", status.error().message);
}

}  // namespace anyclaude
