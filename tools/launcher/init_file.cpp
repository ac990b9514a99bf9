#include "tools/launcher/init_file.h"

#include <algorithm>

#include "base/json_text.h"

namespace anyclaude::launcher {
namespace {

constexpr std::size_t kModelsShown = 8;

// Two servers of one kind need two names.
std::string entry_name(const std::vector<FoundServer>& found, std::size_t at) {
  const auto same =
      std::count_if(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(at),
                    [&](const FoundServer& other) { return other.profile == found[at].profile; });
  return found[at].profile + (same == 0 ? "" : "-" + std::to_string(same + 1));
}

std::string models_comment(const FoundServer& server) {
  std::string names;
  for (std::size_t i = 0; i < std::min(server.models.size(), kModelsShown); ++i)
    names += (i == 0 ? "" : ", ") + json_string(server.models[i]);
  if (server.models.size() > kModelsShown) names += " and more";
  return names;
}

std::string entry_text(const FoundServer& server, const std::string& name) {
  std::string text = "    " + json_string(name) + ": {\n";
  if (name != server.profile) text += "      \"profile\": " + json_string(server.profile) + ",\n";
  text += "      \"baseUrl\": " + json_string(server.url.text() + "/v1") + ",\n";
  const bool has_choice = server.models.size() > 1;
  if (has_choice) text += "      // It has " + models_comment(server) + ".\n";
  if (!has_choice) text += "      // Whatever the server has loaded; or the name of one of its models.\n";
  text += "      \"model\": " + json_string(has_choice ? server.models.front() : "current-model") + "\n    }";
  return text;
}

constexpr const char* kEntryToFill = R"(    "llama-cpp": {
      "baseUrl": "http://127.0.0.1:8080/v1",
      // To have it started: a path here, and no server running at that address.
      // "modelPath": "~/models/MODEL.gguf",
      "model": "current-model"
    })";

}  // namespace

std::string config_for(const std::vector<FoundServer>& found) {
  std::string entries;
  for (std::size_t i = 0; i < found.size(); ++i)
    entries += (i == 0 ? "" : ",\n") + entry_text(found[i], entry_name(found, i));
  if (found.empty()) entries = kEntryToFill;
  return R"({
  // Made by `anyclaude init` from what was running then. config/anyclauderc.example.json shows every key.

  // The entry below that answers; `anyclaude --mode NAME` takes another one for once.
  "backend": )" +
         json_string(found.empty() ? "llama-cpp" : entry_name(found, 0)) + R"(,

  "backends": {
)" + entries +
         R"(,
    // Anthropic itself, with your own login: anyclaude --mode claude
    "claude": {}
  }

  // A fixed port for the broker, for programs that are told its address once (anyclaude print-settings):
  // , "port": 8484
}
)";
}

}  // namespace anyclaude::launcher
