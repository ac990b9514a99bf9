// Reads .anyclauderc.json: a table of known keys, each with the function that takes its value.
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "base/nearest_name.h"
#include "config/config.h"

namespace anyclaude {
namespace {

using nlohmann::json;

Status wrong(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::config, std::move(message));
}

using Setter = std::function<Status(const json&)>;
using Setters = std::vector<std::pair<std::string, Setter>>;

// Keys of earlier versions of the product that this one accepts and does not need.
Status accepted_unused(const json&) {
  return {};
}

// Runs each member of `object` through its setter; `path` is "" or "cache." and so on.
Status apply_object(const json& object, const std::string& path, const Setters& setters) {
  if (!object.is_object()) return wrong("'" + path.substr(0, path.size() - 1) + "' must be an object");
  for (const auto& [key, value] : object.items()) {
    const Setter* setter = nullptr;
    std::vector<std::string> known;
    for (const auto& [name, candidate] : setters) {
      if (name == key) setter = &candidate;
      known.push_back(path + name);
    }
    if (setter == nullptr)
      return wrong("unknown key '" + path + key + "'; the nearest known one is '" +
                   nearest_name(path + key, known) + "'");
    if (auto status = (*setter)(value); !status)
      return wrong("'" + path + key + "': " + status.error().message);
  }
  return {};
}

Setter text_into(std::string& target) {
  return [&target](const json& value) -> Status {
    if (!value.is_string()) return wrong("must be text");
    target = value.get<std::string>();
    return {};
  };
}

Setter path_into(std::filesystem::path& target) {
  return [&target](const json& value) -> Status {
    if (!value.is_string()) return wrong("must be a path");
    target = value.get<std::string>();
    return {};
  };
}

Setter one_of(std::string& target, std::vector<std::string> allowed) {
  return [&target, allowed = std::move(allowed)](const json& value) -> Status {
    for (const std::string& name : allowed) {
      if (value != name) continue;
      target = name;
      return {};
    }
    std::string list;
    for (const std::string& name : allowed) list += (list.empty() ? "" : ", ") + name;
    return wrong("must be one of " + list);
  };
}

Setter duration_into(std::chrono::seconds& target) {
  return [&target](const json& value) -> Status {
    const auto text = value.is_number_unsigned() ? value.dump()
                      : value.is_string()        ? value.get<std::string>()
                                                 : "";
    return parse_duration(text).map([&](std::chrono::seconds seconds) { target = seconds; });
  };
}

Setter size_into(std::uint64_t& target) {
  return [&target](const json& value) -> Status {
    const auto text = value.is_number_unsigned() ? value.dump()
                      : value.is_string()        ? value.get<std::string>()
                                                 : "";
    return parse_byte_size(text).map([&](std::uint64_t bytes) { target = bytes; });
  };
}

Setter port_into(int& target) {
  return [&target](const json& value) -> Status {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 65535)
      return wrong("must be a port, 0 to 65535");
    target = value.get<int>();
    return {};
  };
}

Setter texts_into(std::vector<std::string>& target) {
  return [&target](const json& value) -> Status {
    if (!value.is_array()) return wrong("must be a list of texts");
    std::vector<std::string> texts;
    for (const json& entry : value) {
      if (!entry.is_string()) return wrong("must be a list of texts");
      texts.push_back(entry.get<std::string>());
    }
    target = std::move(texts);
    return {};
  };
}

Status apply_backend(BackendConfig& backend, const json& value, const std::string& path) {
  const Setter model = [&backend](const json& name) -> Status {
    if (!name.is_string()) return wrong("must be text");
    // "current-model" is whatever the running server has loaded, which is what no model at all means.
    backend.model = name == "current-model" ? "" : name.get<std::string>();
    return {};
  };
  const Setter port = [&backend](const json& number) -> Status {
    int port_number = 0;
    if (auto status = port_into(port_number)(number); !status) return status;
    if (backend.url.empty()) backend.url = "http://127.0.0.1:" + std::to_string(port_number);
    return {};
  };
  const Setter unused = accepted_unused;
  return apply_object(value, path,
                      {{"baseUrl", text_into(backend.url)},
                       {"port", port},
                       {"apiKey", text_into(backend.api_key)},
                       {"model", model},
                       {"enabled", unused},
                       {"modelPath", unused},
                       {"serverScript", unused},
                       {"description", unused},
                       {"maxTokens", unused},
                       {"autoStartServer", unused},
                       {"startupTimeout", unused}});
}

Status apply_debug(Config& config, const json& value) {
  const Setter level = [&config](const json& number) -> Status {
    if (!number.is_number_unsigned() || number.get<unsigned>() > 3) return wrong("must be 0, 1, 2 or 3");
    static constexpr const char* kLevels[] = {"info", "debug", "trace", "trace"};
    config.log_level = kLevels[number.get<unsigned>()];
    return {};
  };
  return apply_object(
      value, "debug.",
      {{"level", level}, {"enableTraces", accepted_unused}, {"enableStreamLogging", accepted_unused}});
}

Status apply_root(Config& config, const json& root) {
  const Setter backends = [&config](const json& value) -> Status {
    if (!value.is_object()) return wrong("must be an object");
    for (const auto& [name, backend] : value.items())
      if (auto status = apply_backend(config.backends[name], backend, "backends." + name + "."); !status)
        return status;
    return {};
  };
  const Setter cache = [&config](const json& value) {
    return apply_object(value, "cache.",
                        {{"mode", one_of(config.cache_mode, {"on", "off", "read_only", "write_only"})},
                         {"ttl", duration_into(config.cache_ttl)},
                         {"max_bytes", size_into(config.cache_bytes_max)}});
  };
  const Setter prompt = [&config](const json& value) {
    return apply_object(value, "prompt.",
                        {{"level", one_of(config.prompt_level, {"off", "safe", "standard", "aggressive"})},
                         {"rules", path_into(config.prompt_rules_file)},
                         {"side_requests", one_of(config.side_requests, {"forward", "local"})}});
  };
  const Setter explain = [&config](const json& value) {
    return apply_object(value, "explain.",
                        {{"keep", one_of(config.explain_keep, {"full", "excerpts", "hashes"})}});
  };
  const Setter listen = [&config](const json& value) -> Status {
    if (!value.is_string()) return wrong("must be HOST:PORT");
    return apply_listen_address(config, value.get<std::string>());
  };
  const Setter store = [&config](const json& value) -> Status {
    if (!value.is_string()) return wrong("must be a directory");
    config.store_directory = value.get<std::string>();
    return {};
  };
  return apply_object(
      root, "",
      {{"backend", text_into(config.mode)},
       {"port", port_into(config.listen_port)},
       {"listen", listen},
       {"debug", [&config](const json& value) { return apply_debug(config, value); }},
       {"backends", backends},
       {"store", store},
       {"cache", cache},
       {"prompt", prompt},
       {"explain", explain},
       {"log_level", one_of(config.log_level, {"trace", "debug", "info", "warn", "error", "off"})},
       {"allowed_hosts", texts_into(config.allowed_hosts)}});
}

std::size_t line_at(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  for (std::size_t i = 0; i < offset && i < text.size(); ++i) line += text[i] == '\n' ? 1 : 0;
  return line;
}

}  // namespace

Status apply_config_text(Config& config, std::string_view text, std::string_view name) {
  json root;
  try {
    root = json::parse(text, nullptr, true, /*ignore_comments=*/true);
  } catch (const json::parse_error& error) {
    return wrong(std::string(name) + ", line " + std::to_string(line_at(text, error.byte)) +
                 ": not valid JSON");
  }
  if (!root.is_object()) return wrong(std::string(name) + ": the file must hold one JSON object");
  if (auto status = apply_root(config, root); !status)
    return wrong(std::string(name) + ": " + status.error().message);
  return {};
}

Status apply_config_file(Config& config, const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0)
    return fail(ErrorKind::not_found, ErrorSource::config, "there is no configuration file " + file.string());
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
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
  return apply_config_text(config, text.str(), file.string());
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
