// Runs every file of tests/proxy/cases.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "case_script.h"

namespace anyclaude {
namespace {

std::vector<std::filesystem::path> case_files() {
  std::vector<std::filesystem::path> files;
  const auto directory = std::filesystem::path(ANYCLAUDE_TEST_DATA).parent_path() / "proxy" / "cases";
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (entry.path().extension() == ".case") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

class Cases : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(Cases, Holds) {
  std::ifstream file(GetParam());
  std::ostringstream text;
  text << file.rdbuf();
  fakes::run_case(GetParam().filename().string(), text.str());
}

INSTANTIATE_TEST_SUITE_P(Files, Cases, ::testing::ValuesIn(case_files()),
                         [](const auto& info) { return info.param.stem().string(); });

}  // namespace
}  // namespace anyclaude
