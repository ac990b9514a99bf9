// The JSON library's one class, compiled once in json_instance.cpp instead of in each file that uses it.
// Comes with the precompiled headers; no file includes it.
#pragma once

#include <nlohmann/json.hpp>

extern template class nlohmann::basic_json<>;
