#include "answer_samples.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

namespace anyclaude::bench {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kRoot = ANYCLAUDE_TEST_DATA "/../..";
// The dictionary was made with another one: tools/dictionary/make_dictionary.py.
constexpr const char* kSynthetic =
    "python3 -B '" ANYCLAUDE_TEST_DATA "/../../tools/dictionary/make_dictionary.py' --answers 1000 --seed 77";
constexpr std::size_t kFileBytesMax = 60'000;

[[noreturn]] void give_up(const std::string& sentence) {
  std::fprintf(stderr, "%s\n", sentence.c_str());
  std::exit(1);
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

SampleSet synthetic() {
  std::FILE* pipe = ::popen(kSynthetic, "r");
  std::string text;
  char piece[65'536];
  while (const std::size_t got = pipe == nullptr ? 0 : std::fread(piece, 1, sizeof piece, pipe))
    text.append(piece, got);
  if (pipe == nullptr || ::pclose(pipe) != 0) give_up("Python 3 is needed to make the synthetic answers.");
  return {"synthetic, another seed", lines_of(text)};
}

SampleSet handwritten() {
  SampleSet set{"written by hand", {}};
  for (const std::string& line : lines_of(read_file(ANYCLAUDE_TEST_DATA "/answers/handwritten.jsonl")))
    set.texts.push_back(json::parse(line).dump());
  if (set.texts.empty()) give_up("tests/data/answers/handwritten.jsonl holds nothing.");
  return set;
}

std::string message(json content, const char* stop_reason, std::size_t number) {
  return json{{"type", "message"},
              {"role", "assistant"},
              {"model", "devstral-24b"},
              {"content", std::move(content)},
              {"stop_reason", stop_reason},
              {"stop_sequence", nullptr},
              {"usage",
               {{"input_tokens", 21'000 + 37 * number},
                {"cache_creation_input_tokens", 0},
                {"cache_read_input_tokens", 19'000 + 31 * number},
                {"output_tokens", 40 + number}}}}
      .dump();
}

SampleSet recorded() {
  std::set<std::string> turns;
  for (const auto& entry : fs::recursive_directory_iterator(ANYCLAUDE_TEST_DATA "/recordings")) {
    if (entry.path().extension() != ".json") continue;
    const json body = json::parse(read_file(entry.path())).at("body");
    if (!body.is_object() || !body.contains("messages")) continue;
    for (const json& turn : body["messages"])
      if (turn.at("role") == "assistant" && turn.at("content").is_array())
        turns.insert(turn["content"].dump());
  }
  SampleSet set{"recorded turns", {}};
  for (const std::string& turn : turns)
    set.texts.push_back(message(json::parse(turn),
                                turn.find("tool_use") == std::string::npos ? "end_turn" : "tool_use",
                                set.texts.size()));
  return set;
}

json tool_use(std::size_t number, const char* name, json input) {
  char id[32];
  std::snprintf(id, sizeof id, "call_%016zx", number * 0x9E37'79B9'7F4A'7C15u);
  return {{"type", "tool_use"}, {"id", id}, {"name", name}, {"input", std::move(input)}};
}

// Two successive runs of lines, as the old and the new text of an edit.
json edit_of(const fs::path& name, const std::vector<std::string>& lines, std::size_t number) {
  const std::size_t length = 2 + number % 9;
  const std::size_t start =
      (number * 53) % std::max<std::size_t>(lines.size() - std::min(lines.size(), 2 * length), 1);
  std::string texts[2];
  for (std::size_t i = 0; i < 2 * length && start + i < lines.size(); ++i)
    texts[i / length] += lines[start + i] + "\n";
  return {{"file_path", "/srv/broker/" + name.string()},
          {"old_string", texts[0]},
          {"new_string", texts[0] + texts[1]}};
}

SampleSet repository() {
  std::vector<fs::path> paths;
  for (const char* directory : {"src", "storage", "tests", "docs"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(kRoot) / directory))
      if (const auto end = entry.path().extension();
          end == ".cpp" || end == ".h" || end == ".py" || end == ".md")
        paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  SampleSet set{"files of this repository", {}};
  json several = json::array();
  std::size_t bytes = 0;
  for (std::size_t number = 0; number < paths.size(); ++number) {
    const std::string text = read_file(paths[number]).substr(0, kFileBytesMax);
    const fs::path name = fs::relative(paths[number], kRoot);
    const json write =
        tool_use(number, "Write", {{"file_path", "/srv/broker/" + name.string()}, {"content", text}});
    set.texts.push_back(message({write}, "tool_use", number));
    set.texts.push_back(
        message({tool_use(number, "Edit", edit_of(name, lines_of(text), number))}, "tool_use", number));
    several.push_back(write);
    if ((bytes += text.size()) < kFileBytesMax / 2) continue;
    set.texts.push_back(message(std::exchange(several, json::array()), "tool_use", number));
    bytes = 0;
  }
  return set;
}

}  // namespace

std::vector<SampleSet> sample_sets() {
  return {synthetic(), handwritten(), recorded(), repository()};
}

}  // namespace anyclaude::bench
