#include "tools/cachectl/filter_options.h"

#include <CLI/CLI.hpp>

#include "config/config.h"

namespace anyclaude::cachectl {
namespace {

template <typename T, typename Parse>
Status read_into(std::optional<T>& out, const std::string& text, const Parse& parse) {
  if (text.empty()) return {};
  auto read = parse(text);
  if (!read) return tl::unexpected(read.error());
  out = *read;
  return {};
}

}  // namespace

void FilterOptions::describe(CLI::App& verb) {
  constexpr const char* kGroup = "Which entries";
  const auto option = [&](const char* name, auto& value, const char* text) {
    verb.add_option(name, value, text)->group(kGroup);
  };
  option("--model", model_, "answers of this model");
  option("--older-than", older_than_, "admitted longer ago than 90s, 5m, 2h, 7d");
  option("--newer-than", newer_than_, "admitted within this time");
  option("--unused", unused_, "neither admitted nor asked for within this time");
  option("--larger-than", larger_than_, "larger than 512, 10KiB, 2MiB, as stored");
  option("--smaller-than", smaller_than_, "smaller than this, as stored");
  option("--min-hits", hits_min_, "answered from the store at least so often");
  option("--max-hits", hits_max_, "answered from the store at most so often");
}

Result<EntryFilter> FilterOptions::read() const {
  EntryFilter filter;
  if (!model_.empty()) filter.model = model_;
  filter.hits_min = hits_min_;
  filter.hits_max = hits_max_;
  for (const Status& status : {read_into(filter.older_than, older_than_, parse_duration),
                               read_into(filter.newer_than, newer_than_, parse_duration),
                               read_into(filter.unused, unused_, parse_duration),
                               read_into(filter.larger_than_bytes, larger_than_, parse_byte_size),
                               read_into(filter.smaller_than_bytes, smaller_than_, parse_byte_size)})
    if (!status) return tl::unexpected(status.error());
  return filter;
}

}  // namespace anyclaude::cachectl
