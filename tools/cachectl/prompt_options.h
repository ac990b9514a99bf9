// The command line of the verbs about prompts.
#pragma once

#include <string>

#include "tools/cachectl/prompt_verbs.h"

namespace CLI {
class App;
}

namespace anyclaude::cachectl {

class PromptOptions {
 public:
  void describe(CLI::App& cli);
  // Whether one of these verbs was asked for.
  bool parsed() const;
  ExitCode run(const Session& session) const;

 private:
  CLI::App* explain_ = nullptr;
  CLI::App* diff_ = nullptr;
  CLI::App* rules_ = nullptr;
  CLI::App* test_ = nullptr;
  CLI::App* learned_ = nullptr;
  std::string what_;
  std::string older_;
  std::string newer_;
  std::string file_;
  std::string rules_file_;
  std::string pin_;
  std::string forget_;
};

}  // namespace anyclaude::cachectl
