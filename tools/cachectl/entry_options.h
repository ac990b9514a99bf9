// The command line of the verbs about entries.
#pragma once

#include <string>

#include "tools/cachectl/filter_options.h"
#include "tools/cachectl/verbs.h"

namespace CLI {
class App;
}

namespace anyclaude::cachectl {

class EntryOptions {
 public:
  void describe(CLI::App& cli);
  bool parsed() const;
  // What the verb asks for makes sense. Called before the store is opened. Errors are invalid_request.
  Status check();
  ExitCode run(const Session& session) const;

 private:
  void describe_ls(CLI::App& cli);
  void describe_purge(CLI::App& cli);
  void describe_transfer(CLI::App& cli);
  Status check_ls();
  Status check_purge();
  Status check_transfer();

  CLI::App* stats_ = nullptr;
  CLI::App* ls_ = nullptr;
  CLI::App* inspect_ = nullptr;
  CLI::App* show_ = nullptr;
  CLI::App* purge_ = nullptr;
  CLI::App* verify_ = nullptr;
  CLI::App* export_ = nullptr;
  CLI::App* import_ = nullptr;

  FilterOptions ls_filter_;
  std::string order_ = "created";
  bool reversed_ = false;
  ListRequest list_;

  std::string inspect_key_;
  std::string show_key_;
  bool show_last_ = false;

  FilterOptions purge_filter_;
  PurgeSelection selection_;
  std::string project_;
  bool dry_run_ = false;
  bool yes_ = false;

  FilterOptions export_options_;
  EntryFilter export_filter_;
  std::string export_file_ = "-";
  ImportRequest import_request_;
  std::string ttl_;
  bool check_only_ = false;
};

}  // namespace anyclaude::cachectl
