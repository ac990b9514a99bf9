// Tables of known keys, each with the function that takes its value: how every part of a configuration file
// is read.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/choice.h"
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

// The word of a choice (base/choice.h). `target` is the enumeration, or an optional one.
template <typename Target>
JsonSetter choice_into(Target& target) {
  return [&target](const nlohmann::json& value) -> Status {
    using Enum = typename decltype(std::optional(target))::value_type;
    const std::string said = value.is_string() ? value.get<std::string>() : std::string();
    const auto choice = choice_of<Enum>(said);
    if (!choice) return config_error(choice_fault<Enum>(said));
    target = *choice;
    return {};
  };
}

// For keys of earlier versions of the product that this one accepts and does not need.
Status accepted_unused(const nlohmann::json&);

}  // namespace anyclaude
