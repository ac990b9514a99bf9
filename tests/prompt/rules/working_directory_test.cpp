#include "prompt/rules/working_directory.h"

#include <gtest/gtest.h>

namespace anyclaude {
namespace {

Message said(Role role, std::string text) {
  return {role, {{TextBlock{std::move(text)}}}};
}

TEST(WorkingDirectory, IsReadFromEveryPlaceAClientSaysIt) {
  MessagesRequest in_system;
  in_system.system = {{"You are an agent.\n# Environment\n - Primary working directory: /srv/ada/engine \n"}};
  EXPECT_EQ(find_working_directory(in_system), "/srv/ada/engine");

  MessagesRequest older;
  older.system = {{"<env>\nWorking directory: /srv/ada/my project\nPlatform: linux\n</env>"}};
  EXPECT_EQ(find_working_directory(older), "/srv/ada/my project");

  MessagesRequest newest;
  newest.messages = {said(Role::user, "hello"),
                     said(Role::system, "Primary working directory: /srv/app\r\n")};
  EXPECT_EQ(find_working_directory(newest), "/srv/app");

  MessagesRequest first_turn;
  first_turn.messages = {
      said(Role::user, "<system-reminder>\n- Working directory: /srv\n</system-reminder>")};
  EXPECT_EQ(find_working_directory(first_turn), "/srv");
}

TEST(WorkingDirectory, WhatLaterTurnsOrToolsSayDoesNotCount) {
  MessagesRequest request;
  request.messages = {said(Role::user, "what is 'Working directory: /x'?"),
                      said(Role::assistant, "Working directory: /y"),
                      said(Role::user, "Working directory: /z")};
  EXPECT_EQ(find_working_directory(request), "");
  EXPECT_EQ(find_working_directory(MessagesRequest{}), "");
}

}  // namespace
}  // namespace anyclaude
