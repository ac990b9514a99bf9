// What doctor finds, one sentence for each thing it looked at.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace anyclaude::cachectl {

enum class Verdict {
  fine,
  unknown,  // it could not be looked at, or there is nothing to look at
  warning,  // it works, and something should be changed
  problem,  // it does not work
};
std::string_view name_of(Verdict verdict);

struct Finding {
  std::string about;  // "store", "broker", "backend llama-cpp"
  Verdict verdict = Verdict::fine;
  std::string text;
};

class Findings {
 public:
  void add(std::string about, Verdict verdict, std::string text) {
    list_.push_back({std::move(about), verdict, std::move(text)});
  }
  const std::vector<Finding>& list() const { return list_; }
  std::size_t count(Verdict verdict) const;

  // The figures behind the sentences, for --json.
  nlohmann::ordered_json facts = nlohmann::ordered_json::object();

 private:
  std::vector<Finding> list_;
};

}  // namespace anyclaude::cachectl
