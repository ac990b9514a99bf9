#include "config/broker_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/bounded_json.h"
#include "base/random_id.h"
#include "config/private_file.h"

namespace anyclaude {
namespace {

using nlohmann::json;
using std::filesystem::path;

constexpr std::size_t kTokenLength = 43;  // letters and digits: 256 bits

tl::unexpected<Error> cannot_write(const path& file) {
  return fail(ErrorKind::io, ErrorSource::broker, "the file " + file.string() + " cannot be written");
}

std::string read_text(const path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

Status write_running_broker(const path& store_directory, const RunningBroker& broker) {
  const json text = {{"url", broker.url},
                     {"pid", broker.pid},
                     {"version", broker.version},
                     {"mode", broker.mode},
                     {"config_digest", broker.config_digest},
                     {"started_at", broker.started_at}};
  return replace_private_file(store_directory / kRunningBrokerFile, text.dump(2) + "\n", ErrorSource::broker);
}

std::optional<RunningBroker> read_running_broker(const path& store_directory) {
  const json said = parse_json(read_text(store_directory / kRunningBrokerFile));
  if (!said.is_object()) return std::nullopt;
  const auto text = [&said](const char* name) {
    const auto found = said.find(name);
    return found != said.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  RunningBroker broker{text("url"),       0, text("version"), text("mode"), text("config_digest"),
                       text("started_at")};
  if (const auto pid = said.find("pid"); pid != said.end() && pid->is_number_integer())
    broker.pid = pid->get<std::int64_t>();
  if (broker.url.empty() || broker.pid <= 0) return std::nullopt;
  return broker;
}

void remove_running_broker(const path& store_directory, std::int64_t pid) {
  const auto broker = read_running_broker(store_directory);
  std::error_code ignored;
  if (broker && broker->pid == pid) std::filesystem::remove(store_directory / kRunningBrokerFile, ignored);
}

Result<std::string> load_or_create_admin_token(const path& store_directory) {
  const path file = store_directory / kAdminTokenFile;
  // A link to a whole file either takes the place or finds it taken: two brokers that start at once agree.
  const path passing = passing_name(file);
  const bool written = create_private_file(passing, random_id("", kTokenLength) + "\n");
  const bool in_place = written && (::link(passing.c_str(), file.c_str()) == 0 || errno == EEXIST);
  ::unlink(passing.c_str());
  if (!in_place && !std::filesystem::exists(file)) return cannot_write(file);
  return read_admin_token(store_directory);
}

Result<std::string> read_admin_token(const path& store_directory) {
  const path file = store_directory / kAdminTokenFile;
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0)
    return fail(ErrorKind::not_found, ErrorSource::config,
                "there is no " + file.string() + "; a broker that uses this store makes it when it starts");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(ErrorKind::permission, ErrorSource::config,
                file.string() + " must be yours alone; run: chmod 600 " + file.string());
  std::string token = read_text(file);
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' '))
    token.pop_back();
  if (token.empty())
    return fail(
        ErrorKind::invalid_request, ErrorSource::config,
        file.string() + " is empty or cannot be read; delete it, and the next broker makes a new one");
  return token;
}

}  // namespace anyclaude
