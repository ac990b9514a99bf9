#include "tools/cachectl/prompt_options.h"

#include <CLI/CLI.hpp>

namespace anyclaude::cachectl {

void PromptOptions::describe(CLI::App& cli) {
  explain_ = cli.add_subcommand("explain",
                                "Why a server read a prompt again: where it parts from what it is most like");
  explain_->add_option("REQUEST", what_, "a request id from the broker's log, or a file with a request")
      ->required();
  diff_ = cli.add_subcommand("diff", "Where two prompts part");
  diff_->add_option("OLDER", older_, "a request id or a file")->required();
  diff_->add_option("NEWER", newer_, "a request id or a file")->required();
  rules_ = cli.add_subcommand("rules", "What the rules do, and what was learned");
  rules_->require_subcommand(1);
  test_ = rules_->add_subcommand("test", "What each rule does to the request in a file");
  test_->add_option("FILE", file_, "a request's JSON")->required();
  test_->add_option("--rules", rules_file_, "rules to try instead of the built-in ones");
  learned_ = rules_->add_subcommand("learned", "The lines that turned out to vary");
  auto* pin = learned_->add_option("--pin", pin_, "keep the line of this id however many are learned");
  learned_->add_option("--forget", forget_, "treat the line of this id as any other")->excludes(pin);
  for (CLI::App* verb : {explain_, diff_, rules_, test_, learned_}) verb->fallthrough();
}

bool PromptOptions::parsed() const {
  return explain_->parsed() || diff_->parsed() || rules_->parsed();
}

ExitCode PromptOptions::run(const Session& session) const {
  if (explain_->parsed()) return explain_prompt(session, what_);
  if (diff_->parsed()) return diff_prompts(session, older_, newer_);
  if (test_->parsed()) return test_rules(session, file_, rules_file_);
  if (!pin_.empty()) return learned_rules(session, LearnedAction::pin, pin_);
  if (!forget_.empty()) return learned_rules(session, LearnedAction::forget, forget_);
  return learned_rules(session, LearnedAction::list, {});
}

}  // namespace anyclaude::cachectl
