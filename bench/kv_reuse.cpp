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

// The side requests that the broker answers itself, if it does, are only in what is sent directly.
Flow without_side_requests(Flow flow) {
  std::erase_if(flow.requests, [](const FlowRequest& request) { return request.is_side_request; });
  return flow;
}

void print_flow(const Flow& sent, SideRequests side_requests, const Shape& shape, const Options& options) {
  const std::vector<Replayed> direct = replay(sent, shape, std::nullopt);
  Flow flow = side_requests == SideRequests::included ? sent : without_side_requests(sent);
  const bool has_fewer = flow.requests.size() < sent.requests.size();
  if (has_fewer) flow.name += ", titles answered locally";
  const Totals direct_totals = add_up(direct);
  std::printf("| %s | direct | %zu | %zu | %.1f %% | 1.00 | |\n", sent.name.c_str(), direct_totals.prefilled,
              direct_totals.prompt - direct_totals.prefilled,
              100 * (1 - ratio(direct_totals.prefilled, direct_totals.prompt)));
  if (options.each) print_each(direct);
  for (const OrderingLevel level : kLevels) {
    const std::vector<Replayed> ordered = replay(flow, shape, level);
    const Totals totals = add_up(ordered);
    std::printf("| %s | %s | %zu | %zu | %.1f %% | %.2f | %.2f / %.2f |\n", flow.name.c_str(),
                std::string(word_of(level)).c_str(), totals.prefilled, totals.prompt - totals.prefilled,
                100 * (1 - ratio(totals.prefilled, totals.prompt)),
                ratio(totals.prefilled, direct_totals.prefilled), ratio(totals.prefilled, totals.oracle_slot),
                ratio(totals.prefilled, totals.oracle_any));
    if (options.each) print_each(ordered);
    if (!options.prompts.empty()) write_prompts(ordered, options.prompts, word_of(level));
  }
}

// Texts that were never seen are searched for volatile lines; after that the layer knows them.
void print_cost(const Flow& flow, const Shape& shape) {
  constexpr std::size_t kRounds = 20;
  Flow again{flow.name, {}};
  for (std::size_t i = 0; i < kRounds; ++i)
    again.requests.insert(again.requests.end(), flow.requests.begin(), flow.requests.end());
  const std::vector<Replayed> replayed = replay(again, shape, OrderingLevel::standard);
  std::vector<double> first;
  std::vector<double> later;
  for (std::size_t i = 0; i < replayed.size(); ++i)
    if (!replayed[i].is_side_request)
      (i < flow.requests.size() ? first : later).push_back(replayed[i].order_ms);
  std::ranges::sort(first);
  std::ranges::sort(later);
  std::printf(
      "\nOrdering one request of %s: median %.3f ms, 95 %% within %.3f ms; with texts never seen before, at "
      "most %.1f ms\n",
      flow.name.c_str(), later[later.size() / 2], later[later.size() * 95 / 100], first.back());
}

std::vector<Shape> shapes(TemplateOrder order) {
  const std::string suffix = order == TemplateOrder::tools_last ? "tools behind system text" : "tools first";
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
  const Flow old_client = flow_of_21197(SideRequests::included);
  std::vector<Flow> hard;
  for (const Flow& flow : {old_client, flow_of_latest()}) {
    hard.push_back(with_shuffled_tools(flow));
    hard.push_back(with_late_tool(flow));
    for (const LinePlace place : {LinePlace::system_prompt, LinePlace::tool_description, LinePlace::reminder})
      hard.push_back(with_unknown_line(flow, place));
  }
  for (const auto order : {TemplateOrder::tools_last, TemplateOrder::tools_first})
    for (const Shape& shape : shapes(order)) {
      std::printf(
          "\n%s\n\n| flow | level | prefilled | reused | | to direct | to oracle (slot / any) |\n"
          "|---|---|---:|---:|---:|---:|---:|\n",
          shape.name.c_str());
      print_flow(old_client, SideRequests::left_out, shape, options);
      print_flow(old_client, SideRequests::included, shape, options);
      print_flow(flow_of_latest(), SideRequests::included, shape, options);
      if (shape.engine.slots == 1 && shape.engine.host_cache_mib == 0)
        for (const Flow& flow : hard) print_flow(flow, SideRequests::left_out, shape, options);
      if (options.each) return 0;
    }
  print_cost(flow_of_21197(SideRequests::left_out), shapes(TemplateOrder::tools_last).front());
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
