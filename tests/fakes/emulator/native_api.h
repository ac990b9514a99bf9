// What Ollama and LM Studio say of their models in APIs of their own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "fakes/emulator/quirks.h"
#include "http/wire/http_message.h"

namespace anyclaude::emulators {

enum class Loading { at_start, with_first_request };
enum class ModelTools { taken, lacking };
// Whether the context is a parameter of the model.
enum class NumCtx { unset, parameter };
// context: as today. no_context: as before the loaded context was listed. garbage: JSON of other shapes.
// absent: 404.
enum class NativeReplies { context, no_context, garbage, absent };

struct ModelFacts {
  Loading loading = Loading::with_first_request;
  ModelTools tools = ModelTools::taken;
  NativeReplies replies = NativeReplies::context;
  NumCtx num_ctx = NumCtx::unset;
};

// The body of the reply, always 200; nothing where the server has no such path.
std::optional<std::string> native_reply(const HttpRequest& request, const Quirks& quirks,
                                        const ModelFacts& model, bool is_loaded, std::size_t context_tokens);

}  // namespace anyclaude::emulators
