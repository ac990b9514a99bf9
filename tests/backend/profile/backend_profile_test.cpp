#include "backend/profile/backend_profile.h"

#include <gtest/gtest.h>

#include <set>

#include "backend/profile/backend_profiles.h"
#include "backend/profile/profile_reader.h"
#include "tests/fakes/built_in_profile.h"

namespace anyclaude {
namespace {

constexpr const char* kModes[] = {"claude",     "llama-cpp",   "lmstudio", "mlx-lm",
                                  "mlx-omni",   "mlx-textgen", "ollama",   "openai",
                                  "openrouter", "sglang",      "vllm",     "vllm-mlx-legacy"};

Result<BackendProfiles> with(std::string_view text) {
  return BackendProfiles::built_in().with_override(text, "mine.json");
}

std::string complaint_of(std::string_view text) {
  const auto profiles = with(text);
  return profiles ? "" : profiles.error().message;
}

TEST(BackendProfile, EveryModeIsBuiltIn) {
  const BackendProfiles profiles = BackendProfiles::built_in();
  EXPECT_EQ(profiles.all().size(), std::size(kModes));
  for (const char* mode : kModes) {
    const BackendProfile* profile = profiles.find(mode);
    ASSERT_NE(profile, nullptr) << mode;
    EXPECT_FALSE(profile->description.empty()) << mode;
    EXPECT_FALSE(profile->notes.empty()) << mode;
    EXPECT_GT(profile->model_families.size(), 10u) << mode;
  }
}

TEST(BackendProfile, IsFoundByNameAndAlias) {
  const BackendProfiles profiles = BackendProfiles::built_in();
  EXPECT_EQ(profiles.find("llama.cpp"), profiles.find("llama-cpp"));
  EXPECT_EQ(profiles.find("anthropic"), profiles.find("claude"));
  EXPECT_EQ(profiles.find("mlx"), profiles.find("mlx-lm"));
  EXPECT_EQ(profiles.find("vllm-mlx"), profiles.find("vllm-mlx-legacy"));
  EXPECT_EQ(profiles.find("lama-cpp"), nullptr);
  EXPECT_EQ(profiles.find(""), nullptr);
}

TEST(BackendProfile, NamesAndAliasesAreUnique) {
  std::set<std::string> seen;
  const BackendProfiles profiles = BackendProfiles::built_in();
  for (const BackendProfile& profile : profiles.all()) {
    EXPECT_TRUE(seen.insert(profile.name).second) << profile.name;
    for (const std::string& alias : profile.aliases) EXPECT_TRUE(seen.insert(alias).second) << alias;
  }
}

TEST(BackendProfile, OnlyAnthropicsOwnEndpointsAreVerbatim) {
  const BackendProfiles profiles = BackendProfiles::built_in();
  for (const BackendProfile& profile : profiles.all()) {
    EXPECT_EQ(profile.lane(), profile.name == "claude" ? Lane::verbatim : Lane::rewritten) << profile.name;
    for (const ApiEndpoint& endpoint : profile.apis) {
      const bool is_anthropics =
          profile.name == "claude" || (profile.name == "openrouter" && endpoint.api == Api::anthropic);
      EXPECT_EQ(endpoint.lane, is_anthropics ? Lane::verbatim : Lane::rewritten) << profile.name;
    }
  }
}

TEST(BackendProfile, NamesTheNearestOne) {
  const BackendProfiles profiles = BackendProfiles::built_in();
  EXPECT_EQ(profiles.nearest("lama-cpp"), "llama-cpp");
  EXPECT_EQ(profiles.nearest("Cluade"), "claude");
  EXPECT_EQ(profiles.nearest("open-ai"), "openai");
  const auto unknown = profiles.get("olama");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("'ollama'"), std::string::npos);
  EXPECT_EQ(unknown.error().source, ErrorSource::config);
}

// --- Profiles of the user ---

TEST(BackendProfile, AnOverrideChangesWhatItNamesAndNothingElse) {
  const auto profiles = with(R"({"name": "llama-cpp", "request": {"images": "none"}, "notes": ["mine"]})");
  ASSERT_TRUE(profiles) << profiles.error().message;
  EXPECT_EQ(profiles->all().size(), std::size(kModes));
  auto before = profile_json(built_in_profile("llama-cpp"));
  const auto after = profile_json(*profiles->find("llama-cpp"));
  EXPECT_EQ(after["request"]["images"], "none");
  before["request"]["images"] = "none";
  before["notes"] = {"mine"};
  EXPECT_EQ(after, before);
}

TEST(BackendProfile, ANewServerNeedsNoProgram) {
  const auto profiles = with(R"({"name": "mine", "extends": "vllm", "aliases": ["my-server"],
                                 "default_base_url": "http://10.0.0.7:9000"})");
  ASSERT_TRUE(profiles) << profiles.error().message;
  const BackendProfile* mine = profiles->find("my-server");
  ASSERT_NE(mine, nullptr);
  EXPECT_EQ(mine->request.begun_answer, BegunAnswer::continue_final_message);
  EXPECT_EQ(mine->default_base_url, "http://10.0.0.7:9000");
  EXPECT_EQ(profile_digest(*mine), profile_digest(built_in_profile("vllm")));
}

TEST(BackendProfile, AFileThatIsWrongSaysWhere) {
  EXPECT_EQ(complaint_of(R"({"name": "llama-cpp", "reqest": {}})"),
            "mine.json: 'reqest' is not a known key; the nearest one is 'request'");
  EXPECT_EQ(complaint_of(R"({"name": "llama-cpp", "request": {"imagse": "none"}})"),
            "mine.json: 'request.imagse' is not a known key; the nearest one is 'images'");
  EXPECT_EQ(complaint_of(R"({"name": "llama-cpp", "request": {"images": "nun"}})"),
            "mine.json: 'request.images' must be one of none, base64, base64_and_url; the nearest is 'none'");
  EXPECT_EQ(complaint_of(R"({"name": "llama-cpp", "aliases": "x"})"),
            "mine.json: 'aliases' must be a list of texts");
  EXPECT_EQ(complaint_of(R"({"name": "llama-cpp", "apis": [{"api": "openai", "pth": "/"}]})"),
            "mine.json: 'apis[0].pth' is not a known key; the nearest one is 'path'");
  EXPECT_EQ(complaint_of(R"({"name": "llama-cpp", "request": {"extra": {"messages": []}}})"),
            "mine.json: 'request.extra.messages' is the broker's own to say");
  EXPECT_EQ(complaint_of(R"({"name": "openai", "api": "anthropic"})"),
            "mine.json: 'api' is anthropic, which 'apis' does not list");
  EXPECT_EQ(complaint_of(R"({"name": "mine", "extends": "vlm"})"),
            "mine.json: 'extends' names no profile; the nearest one is 'vllm'");
  EXPECT_EQ(complaint_of(R"({"name": "mine", "aliases": ["mlx"]})"),
            "mine.json: 'mlx' names both mlx-lm and mine");
  EXPECT_EQ(complaint_of(R"({"description": "nameless"})"), "mine.json: 'name' is missing");
  EXPECT_EQ(complaint_of("[]"), "mine.json: must hold one JSON object");
}

TEST(BackendProfile, TheDigestFollowsWhatDecidesAnAnswer) {
  const std::string before = profile_digest(built_in_profile("llama-cpp"));
  const auto after = [](std::string_view members) {
    const auto profiles = with(R"({"name": "llama-cpp", )" + std::string(members) + "}");
    return profiles ? profile_digest(*profiles->find("llama-cpp")) : profiles.error().message;
  };
  EXPECT_EQ(after(R"("notes": [])"), before);
  EXPECT_EQ(after(R"("launch": {"arguments": ["x"]})"), before);
  EXPECT_NE(after(R"("request": {"system_newlines": "spaces"})"), before);
  EXPECT_NE(after(R"("request": {"extra": {"grammar": "x"}})"), before);
  EXPECT_NE(after(R"("api": "anthropic")"), before);
  EXPECT_NE(after(R"("model_families": [{"match": ["*"], "sampling": {"temperature": 1}}])"), before);
  EXPECT_NE(profile_digest(without_sampling(built_in_profile("llama-cpp"))), before);
}

// --- Families of models ---

TEST(ModelFamily, PatternsIgnoreCase) {
  EXPECT_TRUE(fits_pattern("*qwen3-coder*", "unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF"));
  EXPECT_TRUE(fits_pattern("*a*b*", "xxaxxbxx"));
  EXPECT_TRUE(fits_pattern("*", ""));
  EXPECT_TRUE(fits_pattern("", ""));
  EXPECT_FALSE(fits_pattern("", "x"));
  EXPECT_FALSE(fits_pattern("qwen*", "a-qwen"));
  EXPECT_FALSE(fits_pattern("*qwen", "qwen3"));
}

TEST(ModelFamily, TheFirstThatFitsCounts) {
  const BackendProfile& profile = built_in_profile("vllm");
  EXPECT_EQ(family_of(profile, "Qwen/Qwen3-Coder-30B-A3B-Instruct").sampling.repetition_penalty, 1.05);
  EXPECT_EQ(family_of(profile, "Qwen3-30B-A3B").thinks, Thinks::switchable);
  EXPECT_EQ(family_of(profile, "openai/gpt-oss-20b").efforts.size(), 3u);
  EXPECT_EQ(family_of(profile, "something-else").sampling, Sampling{});
}

TEST(ModelFamily, TheNearestEffort) {
  const ModelFamily& gpt_oss = family_of(built_in_profile("vllm"), "gpt-oss");
  EXPECT_EQ(nearest_effort(gpt_oss, "max"), "high");
  EXPECT_EQ(nearest_effort(gpt_oss, "medium"), "medium");
  EXPECT_EQ(nearest_effort(gpt_oss, ""), "");
  EXPECT_EQ(nearest_effort(gpt_oss, "unheard-of"), "");
}

}  // namespace
}  // namespace anyclaude
