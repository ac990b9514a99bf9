#include <array>
#include <cstdio>

#include "base/version.h"
#include "tools/cachectl/broker_link.h"
#include "tools/cachectl/doctor_parts.h"
#include "tools/cachectl/open_store.h"
#include "tools/cachectl/report.h"

namespace anyclaude::cachectl {
namespace {

std::string octal(std::uint32_t mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode);
  return text.data();
}

nlohmann::ordered_json as_json(const StoreHealth& health) {
  return {{"directory", health.directory},
          {"directory_mode", octal(health.directory_mode)},
          {"file_mode", octal(health.file_mode)},
          {"format", health.format},
          {"generation", health.generation},
          {"entries", health.entries},
          {"record_bytes", health.record_bytes},
          {"bytes_max", health.bytes_max},
          {"used_bytes", health.used_bytes},
          {"free_bytes", health.free_bytes},
          {"file_bytes", health.file_bytes},
          {"file_bytes_max", health.file_bytes_max},
          {"map_bytes", health.map_bytes},
          {"disk_free_bytes", health.disk_free_bytes},
          {"readers", health.readers},
          {"stale_readers_cleared", health.stale_readers_cleared},
          {"other_process", health.other_process},
          {"set_aside_files", health.set_aside_files},
          {"set_aside_bytes", health.set_aside_bytes}};
}

void tell(const StoreHealth& health, Findings& findings) {
  findings.add("permissions", Verdict::fine,
               health.directory + " is yours alone (" + octal(health.directory_mode) + ", file " +
                   octal(health.file_mode) + ")");
  findings.add("version", Verdict::fine,
               "format " + std::to_string(health.format) + ", anyclaude " + std::string(kVersion));
  findings.add("space", health.problems.empty() ? Verdict::fine : Verdict::warning,
               human_bytes(health.record_bytes) + " of at most " + human_bytes(health.bytes_max) +
                   " kept, file " + human_bytes(health.file_bytes) + ", " +
                   human_bytes(health.disk_free_bytes) + " free on the disk");
  for (const std::string& problem : health.problems) findings.add("space", Verdict::warning, problem);
  if (health.set_aside_files > 0)
    findings.add(
        "store", Verdict::warning,
        counted(health.set_aside_files, "damaged file was", "damaged files were") +
            " set aside as damaged-*.mdb in " + health.directory + " (" +
            human_bytes(health.set_aside_bytes) +
            "). The answers in them are not used; delete them when nothing is to be found out from them.");
  std::string readers = counted(health.readers, "reader slot", "reader slots") + " in use";
  if (health.stale_readers_cleared > 0)
    readers += "; cleared " + counted(health.stale_readers_cleared, "slot", "slots") +
               " that dead processes had left";
  findings.add("readers", Verdict::fine, readers);
}

void tell_damage(const std::vector<std::string>& faults, Findings& findings) {
  if (faults.empty())
    return findings.add("store", Verdict::fine, "every page of its file is as it should be");
  for (const std::string& fault : faults) findings.add("store", Verdict::problem, "damaged: " + fault);
  findings.add(
      "store", Verdict::problem,
      "its file is damaged. anyclaude-cachectl export saves the answers that can be read; a broker sets the "
      "file aside when it starts, or when it meets the damage, and goes on with an empty one");
}

}  // namespace

void examine_store(const Surroundings& here, Findings& findings) {
  const auto store = open_store(here);
  if (!store) {
    const bool is_absent = store.error().kind == ErrorKind::not_found;
    findings.add(store.error().kind == ErrorKind::permission ? "permissions" : "store",
                 is_absent ? Verdict::unknown : Verdict::problem, store.error().message);
    return;
  }
  const auto health = (*store)->maintenance().health();
  if (!health) return findings.add("store", Verdict::problem, health.error().message);
  tell(*health, findings);
  const auto faults = (*store)->maintenance().file_faults();
  tell_damage(faults, findings);
  findings.facts["store"] = as_json(*health);
  findings.facts["store"]["file_faults"] = faults;
}

void examine_broker(const Surroundings& here, Findings& findings) {
  const auto link = BrokerLink::find(here.directory);
  if (!link) return findings.add("broker", Verdict::problem, link.error().message);
  if (!*link) return findings.add("broker", Verdict::unknown, "none runs on this store");
  const RunningBroker& broker = (*link)->broker();
  const std::string mode = (*link)->status().value("mode", broker.mode);
  const bool is_same_version = broker.version == kVersion;
  findings.add("broker", is_same_version ? Verdict::fine : Verdict::warning,
               "runs at " + broker.url + " (process " + std::to_string(broker.pid) + ", version " +
                   broker.version + ") in mode " + mode +
                   (is_same_version ? "" : "; start it again, for this program has another version"));
  findings.facts["broker"] = {{"url", broker.url},
                              {"pid", broker.pid},
                              {"version", broker.version},
                              {"mode", mode},
                              {"config_digest", broker.config_digest},
                              {"started_at", broker.started_at}};
}

}  // namespace anyclaude::cachectl
