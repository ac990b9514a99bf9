// Answers to measure with, none of which the dictionary was made from.
#pragma once

#include <string>
#include <vector>

namespace anyclaude::bench {

struct SampleSet {
  std::string name;
  std::vector<std::string> texts;  // messages as the store keeps them
};

// Synthetic answers of another seed, answers written by hand, the assistant's turns of recorded requests, and
// files of this repository as calls of Write and Edit. Ends the program with a sentence when one cannot be
// had: it runs Python 3 for the first.
std::vector<SampleSet> sample_sets();

}  // namespace anyclaude::bench
