#include "tools/simserver/server_info.h"

#include <algorithm>

namespace anyclaude::sim {

Json props_json(const Engine& engine, const std::string& model) {
  return {
      {"default_generation_settings",
       {{"id", 0}, {"n_ctx", engine.options().context_tokens}, {"params", {{"n_predict", -1}, {"seed", 0}}}}},
      {"total_slots", engine.slots().size()},
      {"model_alias", model},
      {"model_path", "/simserver/" + model + ".gguf"},
      {"modalities", {{"vision", true}, {"audio", false}}},
      {"chat_template", template_source(engine.options().order)},
      {"bos_token", ""},
      {"eos_token", kEndOfTurn},
      {"build_info", "simserver-1"}};
}

Json slots_json(const Engine& engine) {
  Json slots = Json::array();
  for (const SlotView& slot : engine.slots().view()) {
    slots.push_back({{"id", slot.id},
                     {"n_ctx", engine.options().context_tokens},
                     {"is_processing", slot.busy},
                     {"n_tokens", slot.tokens}});
  }
  return slots;
}

Json models_json(const Engine& engine, const std::string& model, SystemTime now) {
  const Json entry = {{"id", model},
                      {"object", "model"},
                      {"created", unix_milliseconds(now) / 1000},
                      {"owned_by", "llamacpp"},
                      {"meta",
                       {{"vocab_type", 2},
                        {"n_vocab", 151'936},
                        {"n_ctx", engine.options().context_tokens},
                        {"n_ctx_train", engine.options().context_tokens},
                        {"n_params", 30'532'122'624},
                        {"size", 18'556'686'912}}}};
  return {{"object", "list"}, {"data", Json::array({entry})}};
}

Json stats_json(const Engine& engine, std::size_t faults_queued) {
  const StatsSnapshot stats = engine.stats().snapshot();
  const auto slots = engine.slots().view();
  const auto busy = std::count_if(slots.begin(), slots.end(), [](const SlotView& slot) { return slot.busy; });
  return {{"requests", stats.requests},
          {"completed", stats.completed},
          {"cancelled", stats.cancelled},
          {"refused", stats.refused},
          {"faulted", stats.faulted},
          {"prompt_tokens", stats.prompt_tokens},
          {"prefilled_tokens", stats.prefilled_tokens},
          {"reused_tokens", stats.reused_tokens},
          {"generated_tokens", stats.generated_tokens},
          {"slots_busy", busy},
          {"requests_waiting", engine.slots().waiting()},
          {"host_cache_states", engine.slots().host_cache_states()},
          {"host_cache_tokens", engine.slots().host_cache_tokens()},
          {"faults_queued", faults_queued}};
}

}  // namespace anyclaude::sim
