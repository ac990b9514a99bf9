// How much of Claude Code's prompts a model server reads again: directly, and in the order of each level.
// --each also prints every request, --prompts DIR writes every prompt.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string_view>

#include "bench/kv_replay.h"

namespace anyclaude::bench {
namespace {

struct Totals {
  std::size_t prompt = 0;
  std::size_t prefilled = 0;
  std::size_t oracle_slot = 0;  // what the slot's last prompt does not share
  std::size_t oracle_any = 0;   // what no earlier prompt shares
};

Totals add_up(const std::vector<Replayed>& requests) {
  Totals totals;
  for (const Replayed& request : requests) {
    if (request.request == "warm-up") continue;
    totals.prompt += request.prompt;
    totals.prefilled += request.prefilled;
    totals.oracle_slot += request.prompt - request.shared_with_slot;
    totals.oracle_any += request.prompt - request.shared_with_any;
  }
  return totals;
}

double ratio(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

struct Options {
  bool each = false;
  std::filesystem::path prompts;
};

void print_each(const std::vector<Replayed>& requests) {
  for (const Replayed& request : requests)
    std::printf("|   %-32s | | %8zu | %8zu | %5.1f %% | | |\n", request.request.c_str(), request.prefilled,
                request.reused(), request.reused_percent());
}

void write_prompts(const std::vector<Replayed>& requests, const std::filesystem::path& directory,
                   std::string_view level) {
  std::filesystem::create_directories(directory);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    std::string name = requests[i].request;
    std::ranges::replace(name, '/', '-');
    std::ofstream(directory / (std::string(level) + "-" + std::to_string(i) + "-" + name + ".txt"))
        << requests[i].prompt_text;
  }
}

constexpr OrderingLevel kLevels[] = {OrderingLevel::off, OrderingLevel::safe, OrderingLevel::standard,
                                     OrderingLevel::aggressive};

void print_flow(const Flow& flow, const Shape& shape, const Options& options) {
  const std::vector<Replayed> direct = replay(flow, shape, std::nullopt);
  const Totals direct_totals = add_up(direct);
  std::printf("| %s | direct | %zu | %zu | %.1f %% | 1.00 | |\n", flow.name.c_str(), direct_totals.prefilled,
              direct_totals.prompt - direct_totals.prefilled,
              100 * (1 - ratio(direct_totals.prefilled, direct_totals.prompt)));
  if (options.each) print_each(direct);
  for (const OrderingLevel level : kLevels) {
    const std::vector<Replayed> ordered = replay(flow, shape, level);
    const Totals totals = add_up(ordered);
    std::printf("| %s | %s | %zu | %zu | %.1f %% | %.2f | %.2f / %.2f |\n", flow.name.c_str(),
                std::string(name_of(level)).c_str(), totals.prefilled, totals.prompt - totals.prefilled,
                100 * (1 - ratio(totals.prefilled, totals.prompt)),
                ratio(totals.prefilled, direct_totals.prefilled), ratio(totals.prefilled, totals.oracle_slot),
                ratio(totals.prefilled, totals.oracle_any));
    if (options.each) print_each(ordered);
    if (!options.prompts.empty()) write_prompts(ordered, options.prompts, name_of(level));
  }
}

void print_cost(const Flow& flow, const Shape& shape) {
  std::vector<double> times;
  for (int i = 0; i < 20; ++i)
    for (const Replayed& request : replay(flow, shape, OrderingLevel::standard))
      if (!request.is_side_request && i > 0) times.push_back(request.order_ms);
  std::ranges::sort(times);
  std::printf("\nOrdering one request of %s: median %.3f ms, 95 %% within %.3f ms, at most %.3f ms\n",
              flow.name.c_str(), times[times.size() / 2], times[times.size() * 95 / 100], times.back());
}

std::vector<Shape> shapes(sim::TemplateOrder order) {
  const std::string suffix =
      order == sim::TemplateOrder::tools_last ? "tools behind system text" : "tools first";
  Shape one{"1 slot, " + suffix, {}};
  one.engine.order = order;
  Shape cached = one;
  cached.name = "1 slot with host cache, " + suffix;
  cached.engine.host_cache_mib = 8192;
  Shape two = one;
  two.name = "2 slots, " + suffix;
  two.engine.slots = 2;
  return {one, cached, two};
}

int run(const Options& options) {
  const std::vector<Flow> plain = {flow_of_21197(SideRequests::left_out),
                                   flow_of_21197(SideRequests::included), flow_of_latest()};
  std::vector<Flow> hard;
  for (const Flow& flow : {flow_of_21197(SideRequests::left_out), flow_of_latest()}) {
    hard.push_back(with_shuffled_tools(flow));
    hard.push_back(with_late_tool(flow));
    for (const LinePlace place : {LinePlace::system_prompt, LinePlace::tool_description, LinePlace::reminder})
      hard.push_back(with_unknown_line(flow, place));
  }
  for (const auto order : {sim::TemplateOrder::tools_last, sim::TemplateOrder::tools_first})
    for (const Shape& shape : shapes(order)) {
      std::printf(
          "\n%s\n\n| flow | level | prefilled | reused | | to direct | to oracle (slot / any) |\n"
          "|---|---|---:|---:|---:|---:|---:|\n",
          shape.name.c_str());
      for (const Flow& flow : plain) print_flow(flow, shape, options);
      if (shape.engine.slots == 1 && shape.engine.host_cache_mib == 0)
        for (const Flow& flow : hard) print_flow(flow, shape, options);
      if (options.each) return 0;
    }
  print_cost(flow_of_21197(SideRequests::left_out), shapes(sim::TemplateOrder::tools_last).front());
  return 0;
}

}  // namespace
}  // namespace anyclaude::bench

int main(int argc, char** argv) {
  anyclaude::bench::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--each") options.each = true;
    if (argument == "--prompts" && i + 1 < argc) options.prompts = argv[++i];
  }
  return anyclaude::bench::run(options);
}
