#include "tools/cachectl/report.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/utc_time.h"

namespace anyclaude::cachectl {

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  auto size = static_cast<double>(bytes);
  for (; size >= 1024 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", size, kUnits[unit]);
  return text.data();
}

std::string human_age(std::int64_t milliseconds) {
  const bool future = milliseconds < 0;
  const std::int64_t seconds = (future ? -milliseconds : milliseconds) / 1'000;
  std::string text = std::to_string(seconds) + " s";
  if (seconds >= 2 * 86'400)
    text = std::to_string(seconds / 86'400) + " d";
  else if (seconds >= 2 * 3'600)
    text = std::to_string(seconds / 3'600) + " h";
  else if (seconds >= 2 * 60)
    text = std::to_string(seconds / 60) + " min";
  return future && seconds > 0 ? "-" + text : text;
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return std::to_string(number) + " " + std::string(number == 1 ? one : many);
}

std::string printable(std::string_view text) {
  std::string out = printable_lines(text);
  for (char& c : out)
    if (c == '\n' || c == '\t') c = '?';
  return out;
}

std::string printable_lines(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) out[i] = '?';
    // U+0080 to U+009F are control characters too, of two bytes each.
    if (byte == 0xc2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xa0)
      out[i] = out[i + 1] = '?';
  }
  return out;
}

void TextTable::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

void TextTable::print(std::ostream& out) const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    titles.push_back(column.title);
    widths.push_back(column.title.size());
  }
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  const auto print_row = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string padding(widths[i] - cells[i].size(), ' ');
      if (i > 0) line += "  ";
      line += columns_[i].align == Align::left ? cells[i] + padding : padding + cells[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  };
  if (std::any_of(titles.begin(), titles.end(), [](const std::string& title) { return !title.empty(); }))
    print_row(titles);
  for (const auto& row : rows_) print_row(row);
}

nlohmann::ordered_json entry_json(const EntryInfo& info, std::int64_t now_ms) {
  return {{"key", info.key.hex()},
          {"model", info.model},
          {"created_at", utc_text(info.created_at_ms, UtcForm::milliseconds)},
          {"expires_at", utc_text(info.expires_at_ms, UtcForm::milliseconds)},
          {"last_used_at", utc_text(info.last_used_at_ms, UtcForm::milliseconds)},
          {"age_seconds", (now_ms - info.created_at_ms) / 1'000},
          {"expired", info.expires_at_ms <= now_ms},
          {"hits", info.hits},
          {"input_tokens", info.input_tokens},
          {"output_tokens", info.output_tokens},
          {"imported", info.imported},
          {"stored_bytes", info.stored_bytes},
          {"message_bytes", info.message_bytes}};
}

void print_json(std::ostream& out, const nlohmann::ordered_json& document) {
  out << document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

ExitCode report_error(const Console& console, OutputFormat format, std::string_view kind,
                      std::string_view message, ExitCode code) {
  console.err << "anyclaude-cachectl: " << message << '\n';
  if (format == OutputFormat::json)
    print_json(console.out, {{"error", {{"kind", kind}, {"message", message}}}});
  return code;
}

ExitCode report_error(const Console& console, OutputFormat format, const Error& error) {
  return report_error(console, format, name_of(error.kind), error.message, ExitCode::store_error);
}

}  // namespace anyclaude::cachectl
