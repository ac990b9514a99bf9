#include <cctype>
#include <utility>

#include "backend/identity/backend.h"
#include "base/clock.h"
#include "messages/events/reply_json.h"
#include "tools/launcher/checks.h"
#include "tools/launcher/child_process.h"
#include "tools/launcher/known_servers.h"
#include "tools/launcher/probe.h"
#include "tools/launcher/server_plan.h"
#include "tools/launcher/start_failure.h"

namespace anyclaude::launcher {
namespace {

std::string with_first_upper(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

Check absent_server(const Setting& setting, const ChosenBackend& backend) {
  const std::string place = backend.settings.base_url.text();
  if (!wants_server(setting, backend))
    return {"server", Verdict::bad, "nothing answers at " + place,
            with_first_upper(nobody_there(setting, backend))};
  const auto program = plan_server(setting, backend);
  if (!program)
    return {"server", Verdict::bad, "nothing answers at " + place, with_first_upper(program.error().message)};
  if (find_program(program->arguments.front(), setting.environment).empty())
    return {"server", Verdict::bad, program->arguments.front() + ", which should be started, is not in PATH",
            "Install it, or name a script in backends." + backend.name + ".serverScript."};
  return {
      "server", Verdict::good, "it is not running and will be started: " + program->arguments.front(), {}};
}

Check other_kind(const ChosenBackend& backend, const std::string& kind) {
  return {"kind of server", Verdict::doubtful,
          "the server at " + backend.settings.base_url.text() + " looks like " + kind + ", not " +
              backend.settings.profile.name,
          "Set \"profile\": \"" + kind + "\" in backends." + backend.name + "."};
}

// Names of entries are often older than the server behind them.
std::optional<Check> check_kind(const Setting& setting, const ChosenBackend& backend) {
  if (!is_on_this_machine(backend.settings.base_url)) return std::nullopt;
  std::vector<std::string> names{backend.settings.profile.name};
  for (const BackendProfile& profile : setting.profiles.all())
    if (profile.name != names.front() && profile.lane() != Lane::verbatim) names.push_back(profile.name);
  const std::string& own = names.front();
  const std::string kind = kind_of_server(backend.settings.base_url, names);
  const bool shows_itself =
      kind == "llama-cpp" || kind == "ollama" || kind == "lmstudio" || kind == "sglang" || kind == "vllm";
  if (kind == own || own == "openai" || !shows_itself) return std::nullopt;
  return other_kind(backend, kind);
}

Check check_model(const Result<BackendIdentity>& identity) {
  if (identity) return {"model", Verdict::good, identity->model, {}};
  return {"model", Verdict::bad, identity.error().message,
          "Name one in \"model\" of .anyclauderc.json, or load one in the server."};
}

}  // namespace

std::vector<Check> check_server(const Setting& setting, const ChosenBackend& backend) {
  const std::string place = backend.settings.base_url.text();
  const ServerState state = server_state(backend);
  std::vector<Check> checks;
  if (state == ServerState::absent) return {absent_server(setting, backend)};
  if (backend.is_anthropic()) return {{"server", Verdict::good, place + " answers", {}}};
  if (state == ServerState::foreign)
    return {{"server", Verdict::bad, "what answers at " + place + " is no model server",
             "Give backends." + backend.name + " the address of one in baseUrl."}};
  if (state == ServerState::starting)
    return {{"server", Verdict::doubtful, place + " answers and is not ready",
             "Wait until it has read its model, and look again."}};
  checks.push_back({"server", Verdict::good, backend.settings.profile.name + " answers at " + place, {}});
  if (auto kind = check_kind(setting, backend)) checks.push_back(std::move(*kind));
  const RealClock clock;
  const auto asked = Backend::create(backend.settings, clock);
  if (!asked) return checks;
  const auto identity = (*asked)->identity();
  checks.push_back(check_model(identity));
  const std::string& profile = backend.settings.profile.name;
  if (identity) {
    const ModelDetails details = (*asked)->details(identity->model);
    const auto context = details.context_tokens ? details.context_tokens : identity->context_tokens;
    checks.push_back(check_context(context, profile, details.state));
    if (auto tools = check_tools(details.tools, identity->model)) checks.push_back(std::move(*tools));
  }
  if (backend.settings.profile.server.reports == SlotReports::llama_cpp) {
    const auto props = ask_backend(backend, backend.target("/props")).json();
    checks.push_back(check_template(std::string(string_or_empty(props, "chat_template"))));
  }
  if (profile == "mlx-textgen")
    checks.push_back(check_cache_directory(setting.home / ".cache" / "mlx_textgen"));
  return checks;
}

}  // namespace anyclaude::launcher
