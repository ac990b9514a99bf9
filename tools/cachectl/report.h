// How verbs say what they found, as text or as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "storage/response_store.h"
#include "tools/cachectl/console.h"

namespace anyclaude::cachectl {

// "812 B", "1.4 MiB".
std::string human_bytes(std::uint64_t bytes);
// "5 s", "12 min", "3 h", "2 d"; "-5 s" for the future.
std::string human_age(std::int64_t milliseconds);
// "1 entry", "3 entries"
std::string counted(std::uint64_t number, std::string_view one, std::string_view many);
// Control characters, which could move a terminal's cursor, become '?'.
std::string printable(std::string_view text);
// The same for text of several lines, which keeps its line ends and tabs.
std::string printable_lines(std::string_view text);

enum class Align { left, right };

// Columns as wide as their widest cell, two spaces between them.
class TextTable {
 public:
  struct Column {
    std::string title;  // no heading line when every title is empty
    Align align = Align::left;
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells);
  void print(std::ostream& out) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// The fields that `ls` and `inspect` share.
nlohmann::ordered_json entry_json(const EntryInfo& info, std::int64_t now_ms);
// One line per document, so that scripts can read it by line; bytes that are not UTF-8 become U+FFFD.
void print_json(std::ostream& out, const nlohmann::ordered_json& document);

// The sentence goes to stderr; in JSON {"error": {...}} goes to stdout as well.
ExitCode report_error(const Console& console, OutputFormat format, std::string_view kind,
                      std::string_view message, ExitCode code);
ExitCode report_error(const Console& console, OutputFormat format, const Error& error);

}  // namespace anyclaude::cachectl
