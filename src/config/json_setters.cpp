#include "config/json_setters.h"

#include <string_view>

#include "base/nearest_name.h"
#include "config/config.h"

namespace anyclaude {
namespace {

using nlohmann::json;

std::string number_or_text(const json& value) {
  if (value.is_number_unsigned()) return value.dump();
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace

tl::unexpected<Error> config_error(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::config, std::move(message));
}

Status apply_json_object(const json& object, const std::string& path, const JsonSetters& setters) {
  if (!object.is_object()) return config_error("'" + path.substr(0, path.size() - 1) + "' must be an object");
  for (const auto& [key, value] : object.items()) {
    if (key.starts_with("//")) continue;
    const JsonSetter* setter = nullptr;
    std::vector<std::string> known;
    for (const auto& [name, candidate] : setters) {
      if (name == key) setter = &candidate;
      known.push_back(path + name);
    }
    if (setter == nullptr)
      return config_error("unknown key '" + path + key + "'; the nearest known one is '" +
                          nearest_name(path + key, known) + "'");
    if (auto status = (*setter)(value); !status)
      return config_error("'" + path + key + "': " + status.error().message);
  }
  return {};
}

JsonSetter text_into(std::string& target) {
  return [&target](const json& value) -> Status {
    if (!value.is_string()) return config_error("must be text");
    target = value.get<std::string>();
    return {};
  };
}

JsonSetter texts_into(std::vector<std::string>& target) {
  return [&target](const json& value) -> Status {
    if (!value.is_array()) return config_error("must be a list of texts");
    std::vector<std::string> texts;
    for (const json& entry : value) {
      if (!entry.is_string()) return config_error("must be a list of texts");
      texts.push_back(entry.get<std::string>());
    }
    target = std::move(texts);
    return {};
  };
}

JsonSetter path_into(std::filesystem::path& target) {
  return [&target](const json& value) -> Status {
    if (!value.is_string()) return config_error("must be a path");
    target = value.get<std::string>();
    return {};
  };
}

JsonSetter port_into(int& target) {
  return [&target](const json& value) -> Status {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 65535)
      return config_error("must be a port, 0 to 65535");
    target = value.get<int>();
    return {};
  };
}

JsonSetter duration_into(std::chrono::seconds& target) {
  return [&target](const json& value) -> Status {
    return parse_duration(number_or_text(value)).map([&](std::chrono::seconds seconds) { target = seconds; });
  };
}

JsonSetter timeout_into(std::chrono::milliseconds& target) {
  return [&target](const json& value) -> Status {
    std::chrono::seconds seconds{0};
    if (auto status = duration_into(seconds)(value); !status) return status;
    if (seconds < std::chrono::seconds(1)) return config_error("must be at least 1s");
    target = seconds;
    return {};
  };
}

JsonSetter size_into(std::uint64_t& target) {
  return [&target](const json& value) -> Status {
    return parse_byte_size(number_or_text(value)).map([&](std::uint64_t bytes) { target = bytes; });
  };
}

Status accepted_unused(const json&) {
  return {};
}

}  // namespace anyclaude
