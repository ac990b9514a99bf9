#include "fakes/emulator/native_api.h"

#include "tools/simserver/chat_request.h"

namespace anyclaude::emulators {
namespace {

using sim::Json;

constexpr std::size_t kTrainedContext = 1'000'000;

std::string lm_studio_models(const Quirks& quirks, bool is_loaded, std::size_t context_tokens) {
  Json entry = {{"id", quirks.served_model},
                {"type", "llm"},
                {"state", is_loaded ? "loaded" : "not-loaded"},
                {"max_context_length", kTrainedContext}};
  if (is_loaded) entry["loaded_context_length"] = context_tokens;
  return sim::json_text({{"object", "list"}, {"data", Json::array({std::move(entry)})}});
}

std::string ollama_running(const Quirks& quirks, const ModelFacts& model, bool is_loaded,
                           std::size_t context_tokens) {
  // Deeper than a parser should follow.
  if (model.replies == NativeReplies::garbage) return std::string(100'000, '[') + std::string(100'000, ']');
  Json models = Json::array();
  if (is_loaded) {
    models.push_back({{"name", quirks.served_model}, {"model", quirks.served_model}, {"size_vram", 1}});
    if (model.replies == NativeReplies::context) models.back()["context_length"] = context_tokens;
  }
  return sim::json_text({{"models", std::move(models)}});
}

std::string ollama_model(const ModelFacts& model, std::size_t context_tokens) {
  if (model.replies == NativeReplies::garbage) return R"({"capabilities":{"tools":1},"parameters":7})";
  Json capabilities = Json::array({"completion"});
  if (model.tools == ModelTools::taken) capabilities.push_back("tools");
  Json show = {{"capabilities", std::move(capabilities)},
               {"model_info", {{"general.architecture", "sim"}, {"sim.context_length", kTrainedContext}}}};
  if (model.num_ctx == NumCtx::parameter)
    show["parameters"] = "stop \"<|x|>\"\nnum_ctx                        " + std::to_string(context_tokens);
  return sim::json_text(show);
}

}  // namespace

std::optional<std::string> native_reply(const HttpRequest& request, const Quirks& quirks,
                                        const ModelFacts& model, bool is_loaded, std::size_t context_tokens) {
  if (model.replies == NativeReplies::absent) return std::nullopt;
  const bool reads = request.method == "GET";
  const bool is_ollama = quirks.native_api == NativeApi::ollama;
  if (quirks.native_api == NativeApi::lm_studio && reads && request.path == "/api/v0/models")
    return lm_studio_models(quirks, is_loaded, context_tokens);
  if (is_ollama && reads && request.path == "/api/ps")
    return ollama_running(quirks, model, is_loaded, context_tokens);
  if (is_ollama && request.method == "POST" && request.path == "/api/show")
    return ollama_model(model, context_tokens);
  return std::nullopt;
}

}  // namespace anyclaude::emulators
