// What the server reports about itself: the bodies of /props, /slots, /v1/models and /stats.
#pragma once

#include <string>

#include "tools/simserver/engine.h"

namespace anyclaude::sim {

Json props_json(const Engine& engine, const std::string& model);
Json slots_json(const Engine& engine);
// `created` is the time of the request, as llama.cpp has it.
Json models_json(const Engine& engine, const std::string& model, SystemTime now);
Json stats_json(const Engine& engine, std::size_t faults_queued);

}  // namespace anyclaude::sim
