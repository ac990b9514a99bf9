#include "tools/launcher/arguments.h"

#include <gtest/gtest.h>

namespace anyclaude::launcher {
namespace {

using Words = std::vector<std::string>;

Arguments parsed(const Words& words) {
  const auto arguments = parse_arguments(words);
  EXPECT_TRUE(arguments) << arguments.error().message;
  return arguments.value_or(Arguments{});
}

TEST(Arguments, OwnWordsInBothSpellingsAreTakenAndTheRestIsClaudes) {
  for (const Words& words :
       {Words{"--mode", "mlx", "-p", "hi", "--config=/c", "--port", "99", "--model", "opus"},
        Words{"-p", "--mode=mlx", "hi", "--config", "/c", "--model", "--port=99", "opus"}}) {
    const Arguments arguments = parsed(words);
    EXPECT_EQ(arguments.verb, Verb::run);
    EXPECT_EQ(arguments.flags.mode, "mlx");
    EXPECT_EQ(arguments.flags.config_file, "/c");
    EXPECT_EQ(arguments.flags.listen, ":99");
    EXPECT_EQ(arguments.client, (Words{"-p", "hi", "--model", "opus"}));
  }
}

TEST(Arguments, BehindTwoDashesEveryWordIsClaudes) {
  const Arguments arguments = parsed({"--no-launch", "--continue", "--", "--mode", "x", "--", "--help"});
  EXPECT_EQ(arguments.server_launch, ServerLaunch::never);
  EXPECT_EQ(arguments.flags.mode, "");
  EXPECT_EQ(arguments.client, (Words{"--continue", "--mode", "x", "--", "--help"}));
}

TEST(Arguments, VerbsAreFirstWordsOnly) {
  EXPECT_EQ(parsed({"doctor", "--json", "--mode", "mlx"}).verb, Verb::doctor);
  EXPECT_EQ(parsed({"doctor", "--json"}).format, OutputFormat::json);
  EXPECT_EQ(parsed({"init", "--force"}).overwrite, Overwrite::allow);
  EXPECT_EQ(parsed({"--help"}).verb, Verb::help);
  EXPECT_EQ(parsed({"--version"}).verb, Verb::version);
  EXPECT_EQ(parsed({"mcp", "--help"}).client, (Words{"mcp", "--help"}));
  EXPECT_EQ(parsed({"--", "doctor"}).client, (Words{"doctor"}));
  EXPECT_EQ(parsed({}).verb, Verb::run);
}

TEST(Arguments, WhatCannotBeMeantIsSaid) {
  for (const Words& words : {Words{"--mode"}, Words{"--mode="}, Words{"--port"}, Words{"doctor", "--jsn"},
                             Words{"init", "--json"}, Words{"print-settings", "extra"}})
    EXPECT_FALSE(parse_arguments(words)) << words.back();
}

}  // namespace
}  // namespace anyclaude::launcher
