// Reads .anyclauderc.json.
#include <array>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/bounded_json.h"
#include "base/limits.h"
#include "base/others_may_write.h"
#include "config/backend_entry.h"
#include "config/config.h"
#include "config/json_setters.h"

namespace anyclaude {
namespace {

using nlohmann::json;

Status apply_debug(Config& config, const json& value) {
  const JsonSetter level = [&config](const json& number) -> Status {
    const auto level = number.is_number_unsigned() ? log_level_of_debug(number.get<std::uint64_t>())
                                                   : std::optional<LogLevel>();
    if (!level) return config_error("must be 0, 1, 2 or 3");
    config.log_level = *level;
    return {};
  };
  return apply_json_object(
      value, "debug.",
      {{"level", level}, {"enableTraces", accepted_unused}, {"enableStreamLogging", accepted_unused}});
}

Status apply_root(Config& config, const json& root) {
  const JsonSetter backends = [&config](const json& value) -> Status {
    if (!value.is_object()) return config_error("must be an object");
    for (const auto& [name, entry] : value.items()) {
      if (name.starts_with("//")) continue;
      if (auto status = apply_backend_entry(config.backends[name], name, entry, config.file_origin); !status)
        return status;
    }
    return {};
  };
  const JsonSetter cache = [&config](const json& value) {
    return apply_json_object(value, "cache.",
                             {{"mode", choice_into(config.cache_mode)},
                              {"ttl", duration_into(config.cache_ttl)},
                              {"max_bytes", size_into(config.cache_bytes_max)}});
  };
  const JsonSetter timeouts = [&config](const json& value) {
    return apply_json_object(value, "timeouts.",
                             {{"connect", timeout_into(config.timeouts.connect)},
                              {"first_byte", timeout_into(config.timeouts.first_byte)},
                              {"idle", timeout_into(config.timeouts.idle)}});
  };
  const JsonSetter side_requests = [&config](const json& value) -> Status {
    std::string said;
    if (auto status = text_into(said)(value); !status) return status;
    config.side_requests = {};
    if (const auto handling = choice_of<SideRequestHandling>(said))
      config.side_requests.handling = *handling;
    else
      config.side_requests.backend = said;
    return {};
  };
  const JsonSetter prompt = [&](const json& value) {
    return apply_json_object(value, "prompt.",
                             {{"level", choice_into(config.prompt_level)},
                              {"rules", path_into(config.prompt_rules_file)},
                              {"side_requests", side_requests}});
  };
  const JsonSetter explain = [&config](const json& value) {
    return apply_json_object(value, "explain.", {{"keep", choice_into(config.explain_keep)}});
  };
  const JsonSetter listen = [&config](const json& value) -> Status {
    if (!value.is_string()) return config_error("must be HOST:PORT");
    return apply_listen_address(config, value.get<std::string>(), config.file_origin);
  };
  const JsonSetter store = [&config](const json& value) -> Status {
    if (!value.is_string()) return config_error("must be a directory");
    config.store_directory = value.get<std::string>();
    config.from.store = config.file_origin;
    return {};
  };
  const auto sourced = [&config](Origin& from, JsonSetter setter) -> JsonSetter {
    return [&config, &from, setter = std::move(setter)](const json& value) {
      from = config.file_origin;
      return setter(value);
    };
  };
  return apply_json_object(
      root, "",
      {{"backend", text_into(config.mode)},
       {"port", port_into(config.listen_port)},
       {"listen", listen},
       {"debug", [&config](const json& value) { return apply_debug(config, value); }},
       {"backends", backends},
       {"timeouts", timeouts},
       {"profiles_dir", sourced(config.from.profiles_directory, path_into(config.profiles_directory))},
       {"routing", [&config](const json& value) { return apply_routing(config.routing, value); }},
       {"fallback", texts_into(config.fallback)},
       {"store", store},
       {"cache", cache},
       {"prompt", prompt},
       {"explain", explain},
       {"log_level", choice_into(config.log_level)},
       {"allowed_hosts", sourced(config.from.allowed_hosts, texts_into(config.allowed_hosts))},
       {"cache_metrics_file", sourced(config.from.cache_metrics_file, path_into(config.cache_metrics_file))},
       {"circuitBreaker", accepted_unused},
       {"webSearch", accepted_unused}});
}

std::size_t line_at(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  for (std::size_t i = 0; i < offset && i < text.size(); ++i) line += text[i] == '\n' ? 1 : 0;
  return line;
}

}  // namespace

std::optional<LogLevel> log_level_of_debug(std::uint64_t number) {
  static constexpr std::array kLevels{LogLevel::info, LogLevel::debug, LogLevel::trace, LogLevel::trace};
  return number < kLevels.size() ? std::optional(kLevels[number]) : std::nullopt;
}

Status apply_config_text(Config& config, std::string_view text, std::string_view name) {
  const auto root = read_json(text, JsonComments::ignored);
  if (!root && root.error().kind == JsonFault::Kind::too_deep)
    return config_error(std::string(name) + ": nested deeper than " + std::to_string(limits::kJsonDepthMax) +
                        " levels");
  if (!root)
    return config_error(std::string(name) + ", line " + std::to_string(line_at(text, root.error().offset)) +
                        ": not valid JSON");
  if (!root->is_object()) return config_error(std::string(name) + ": the file must hold one JSON object");
  if (auto status = apply_root(config, *root); !status)
    return config_error(std::string(name) + ": " + status.error().message);
  return {};
}

Result<std::string> read_config_file(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    return fail(ErrorKind::not_found, ErrorSource::config, "there is no configuration file " + file.string());
  if (others_may_write(file))
    return fail(ErrorKind::permission, ErrorSource::config,
                file.string() +
                    " can be written by others, who could send your code elsewhere; run: chmod go-w " +
                    file.string());
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text)
    return fail(ErrorKind::io, ErrorSource::config,
                "the configuration file " + file.string() + " cannot be read");
  return text.str();
}

Status apply_config_file(Config& config, const std::filesystem::path& file) {
  const auto text = read_config_file(file);
  if (!text) return tl::unexpected(text.error());
  return apply_config_text(config, *text, file.string());
}

std::filesystem::path find_config_file(const std::filesystem::path& working_directory,
                                       const std::filesystem::path& home_directory) {
  for (const auto& directory : {working_directory, home_directory}) {
    if (directory.empty()) continue;
    std::error_code error;
    if (auto file = directory / ".anyclauderc.json"; std::filesystem::is_regular_file(file, error))
      return file;
  }
  return {};
}

}  // namespace anyclaude
