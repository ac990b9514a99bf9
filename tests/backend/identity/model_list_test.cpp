#include "backend/identity/model_list.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace anyclaude {
namespace {

using Json = nlohmann::json;

BackendIdentity two_models() {
  BackendIdentity identity;
  identity.fingerprint = "f1";
  identity.model = "org/one.gguf";
  identity.models = {{"org/one.gguf", 4'096, "f1"}, {"two", 8'192, "f2"}};
  identity.context_tokens = 4'096;
  return identity;
}

TEST(ModelList, ListsEachModelUnderBothNames) {
  const Json list = Json::parse(model_list_json(two_models()));
  ASSERT_EQ(list["data"].size(), 4u);
  EXPECT_EQ(list["data"][0]["id"], "org/one.gguf");
  EXPECT_EQ(list["data"][1]["id"], "claude-local-org/one.gguf");
  EXPECT_EQ(list["data"][1]["type"], "model");
  EXPECT_EQ(list["data"][1]["display_name"], "org/one.gguf");
  EXPECT_TRUE(list["data"][1].contains("created_at"));
  EXPECT_EQ(list["has_more"], false);
  EXPECT_EQ(list["first_id"], "org/one.gguf");
  EXPECT_EQ(list["last_id"], "claude-local-two");
}

TEST(ModelList, IsEmptyForAServerWithoutAList) {
  const Json list = Json::parse(model_list_json({}));
  EXPECT_TRUE(list["data"].empty());
  EXPECT_TRUE(list["first_id"].is_null());
}

TEST(ModelList, FindsAModelUnderEitherName) {
  EXPECT_EQ(Json::parse(model_json(two_models(), "two").value())["id"], "two");
  EXPECT_EQ(Json::parse(model_json(two_models(), "claude-local-two").value())["id"], "claude-local-two");
  EXPECT_FALSE(model_json(two_models(), "three"));
  EXPECT_FALSE(model_json(two_models(), "claude-local-"));
}

TEST(ModelList, ARequestMayChooseALocalModel) {
  for (const char* name : {"two", "claude-local-two"}) {
    BackendIdentity identity = two_models();
    choose_requested_model(identity, name);
    EXPECT_EQ(identity.model, "two");
    EXPECT_EQ(identity.fingerprint, "f2");
    EXPECT_EQ(identity.context_tokens, 8'192u);
  }
}

TEST(ModelList, AnyOtherNameLeavesTheResolvedModel) {
  for (const char* name : {"claude-opus-5", "", "claude-local-three", "org/one.gguf"}) {
    BackendIdentity identity = two_models();
    choose_requested_model(identity, name);
    EXPECT_EQ(identity.model, "org/one.gguf");
    EXPECT_EQ(identity.fingerprint, "f1");
  }
}

}  // namespace
}  // namespace anyclaude
