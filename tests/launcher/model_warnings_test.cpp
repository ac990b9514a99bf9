// What a user hears of a model that cannot serve Claude Code, before the first turn: from the real programs,
// in front of an emulated Ollama.
#include <nlohmann/json.hpp>
#include <optional>

#include "fakes/emulator/emulator.h"
#include "tests/launcher/launcher_house.h"

namespace anyclaude::launcher {
namespace {

using emulators::Emulator;
using emulators::EmulatorOptions;
using emulators::Loading;
using emulators::ModelFacts;
using emulators::ModelTools;
using nlohmann::json;

class ModelWarnings : public LauncherHouse {
 protected:
  void serve(const ModelFacts& model, std::size_t context_tokens) {
    EmulatorOptions options;
    options.quirks = *emulators::find_quirks("ollama");
    options.model = model;
    options.engine.context_tokens = context_tokens;
    emulator_.emplace(std::move(options));
    configure(R"({"backend": "ollama", "backends": {"ollama": {"baseUrl": ")" + emulator_->url() +
              R"(/v1"}}})");
  }

  json doctors_check(const std::string& name) {
    (void)run({"doctor", "--json"});
    const json said = json::parse(out(), nullptr, false);
    EXPECT_TRUE(said.is_object()) << out();
    for (const json& check : said["checks"])
      if (check["name"] == name) return check;
    return {{"verdict", "not looked at"}, {"advice", ""}};
  }

  std::optional<Emulator> emulator_;
};

TEST_F(ModelWarnings, DoctorTellsOfAModelWithoutTools) {
  serve({.tools = ModelTools::lacking}, 131'072);
  EXPECT_EQ(doctors_check("tools")["verdict"], "problem");
  serve({.tools = ModelTools::taken}, 131'072);
  EXPECT_EQ(doctors_check("tools")["verdict"], "ok");
}

TEST_F(ModelWarnings, DoctorTellsOfTheContextThatIsLoaded) {
  serve({.loading = Loading::at_start}, 4'096);
  const json small = doctors_check("context");
  EXPECT_EQ(small["verdict"], "problem");
  EXPECT_NE(small["advice"].get<std::string>().find("OLLAMA_CONTEXT_LENGTH"), std::string::npos);
  serve({.loading = Loading::at_start}, 131'072);
  EXPECT_EQ(doctors_check("context")["verdict"], "ok");
  serve({.loading = Loading::with_first_request}, 131'072);
  EXPECT_EQ(doctors_check("context")["verdict"], "warning") << "it is not known before the model is loaded";
}

TEST_F(ModelWarnings, TheUserHearsOfItBeforeClaudeStarts) {
  serve({.loading = Loading::at_start, .tools = ModelTools::lacking}, 4'096);
  EXPECT_EQ(run({}), 7) << err();
  EXPECT_NE(err().find("takes no tools"), std::string::npos) << err();
  EXPECT_NE(err().find("context of 4096 tokens"), std::string::npos) << err();
  EXPECT_EQ(run({"-p", "hello"}), 7);
  EXPECT_EQ(err().find("takes no tools"), std::string::npos) << "a script reads this: " << err();
}

}  // namespace
}  // namespace anyclaude::launcher
