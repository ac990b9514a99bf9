// The recorded Claude Code requests, as the simulated server's tests send them.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tools/simserver/request_reader.h"

namespace anyclaude::sim {

// The request body of one recording, as JSON. `name` is "folder/0001".
inline Json recorded_body(const std::string& name) {
  std::ifstream file(std::string(ANYCLAUDE_TEST_DATA) + "/recordings/" + name + ".json");
  std::ostringstream text;
  text << file.rdbuf();
  return Json::parse(text.str()).at("body");
}

// In the order in which the figures of tests/data/recordings/README.md were measured.
inline const std::vector<std::string> kFlowsOf21197 = {"same_prompt_first_session/0002",
                                                       "other_prompt/0002",
                                                       "continue_session/0002",
                                                       "other_project/0002",
                                                       "interactive_three_turns/0002",
                                                       "interactive_three_turns/0003",
                                                       "interactive_three_turns/0004",
                                                       "interactive_three_turns/0005",
                                                       "interactive_three_turns/0006",
                                                       "interactive_three_turns/0007",
                                                       "interactive_three_turns/0008",
                                                       "subagent/0002",
                                                       "subagent/0003",
                                                       "subagent/0004"};
inline const std::vector<std::string> kFlowsOf21329 = {"latest_print/0001",         "latest_print/0002",
                                                       "latest_other_project/0001", "latest_interactive/0001",
                                                       "latest_interactive/0002",   "latest_interactive/0003",
                                                       "latest_interactive/0004",   "latest_continue/0001"};

}  // namespace anyclaude::sim
