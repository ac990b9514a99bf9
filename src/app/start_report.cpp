#include "app/start_report.h"

#include <string>
#include <utility>

#include "backend/profile/context_needs.h"

namespace anyclaude {
namespace {

void tell(const std::string& name, Backend& backend, spdlog::logger& log) {
  // A server that is not there yet is asked with the first request.
  const auto identity = backend.identity();
  if (!identity) return;
  const ModelDetails details = backend.details(identity->model);
  if (details.tools == Ability::absent)
    log.warn(
        "the model {} of {} takes no tools, and Claude Code cannot work without them: choose another one",
        identity->model, name);
  if (!details.context_tokens) return;
  const std::string& advice = backend.settings().profile.server.context_advice;
  if (*details.context_tokens < kContextTokensMin)
    log.warn("the model {} of {} has a context of {} tokens, and Claude Code needs {} to begin: {}",
             identity->model, name, *details.context_tokens, kContextTokensMin,
             advice.empty() ? "give the server a larger context" : advice);
  else
    log.info("the model {} of {} has a context of {} tokens", identity->model, name, *details.context_tokens);
}

}  // namespace

StartReport::StartReport(std::string name, std::shared_ptr<Backend> backend, spdlog::logger& log) {
  if (backend->settings().profile.server.model_details == DetailsSource::none) return;
  // A log that takes no warnings would hear nothing of the answer.
  if (!log.should_log(spdlog::level::warn)) return;
  thread_ = std::thread(
      [name = std::move(name), backend = std::move(backend), &log] { tell(name, *backend, log); });
}

StartReport::~StartReport() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace anyclaude
