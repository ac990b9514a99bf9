// Tables of known keys, each with the function that takes its value: how every part of a configuration file
// is read.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace anyclaude {

// Takes a key's value, or says what it must be ("must be text"). A setter refers to its target, which has to
// live on.
using JsonSetter = std::function<Status(const nlohmann::json&)>;
using JsonSetters = std::vector<std::pair<std::string, JsonSetter>>;

// Error{invalid_request, config}.
tl::unexpected<Error> config_error(std::string message);

// Runs each member of `object` through its setter; `path` is "" or "cache." and so on. An unknown key is an
// error that names the nearest known one; one that starts with "//" is a comment.
Status apply_json_object(const nlohmann::json& object, const std::string& path, const JsonSetters& setters);

JsonSetter text_into(std::string& target);
JsonSetter texts_into(std::vector<std::string>& target);
JsonSetter path_into(std::filesystem::path& target);
JsonSetter port_into(int& target);
JsonSetter one_of(std::string& target, std::vector<std::string> allowed);
// 90, "90s", "5m", "2h", "7d".
JsonSetter duration_into(std::chrono::seconds& target);
// The same for a time to wait, which is 1 s at least.
JsonSetter timeout_into(std::chrono::milliseconds& target);
// 1048576, "512MiB", "2GiB".
JsonSetter size_into(std::uint64_t& target);

// true or false, as the two values that they mean.
template <typename Enum>
JsonSetter switch_into(Enum& target, Enum when_true, Enum when_false) {
  return [&target, when_true, when_false](const nlohmann::json& value) -> Status {
    if (!value.is_boolean()) return config_error("must be true or false");
    target = value.get<bool>() ? when_true : when_false;
    return {};
  };
}

// For keys of earlier versions of the product that this one accepts and does not need.
Status accepted_unused(const nlohmann::json&);

}  // namespace anyclaude
