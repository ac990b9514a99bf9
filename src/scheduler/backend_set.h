// The model servers that the configuration names, and which of them answers when no rule says otherwise.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "backend/identity/backend.h"
#include "base/error.h"

namespace anyclaude {

// A server under the name by which the configuration, the headers and the metrics know it.
struct BackendEntry {
  std::string name;
  std::shared_ptr<Backend> backend;
};

// A name that may be asked for, with its other spellings.
struct BackendName {
  std::string name;
  std::vector<std::string> aliases = {};
};

// Thread-safe. An entry is made when it is first asked for and stays where it is as long as the set lives: a
// request keeps a reference to the one it began with, whatever the mode becomes meanwhile.
class BackendSet {
 public:
  using Make = std::function<Result<std::shared_ptr<Backend>>(const std::string& name)>;

  // `make` is called with one of `names`, under a lock; its errors reach the caller of get().
  BackendSet(std::vector<BackendName> names, Make make);

  // Says why a server may not be used, or nothing.
  using Check = std::function<Status(const BackendEntry& entry)>;
  // From now on no entry is handed out or becomes current that fails `check`. Fails with the first that was
  // made before and does. `check` is called under a lock.
  Status require(Check check);

  // By name or alias. not_found with the nearest known name, or why the entry could not be made.
  Result<const BackendEntry*> get(std::string_view name);

  // Whose turn it is when no rule says otherwise. Call switch_to() once before the first current().
  const BackendEntry& current() const { return *current_.load(); }
  // For requests that begin after it returns. The errors of get(); then the mode stays what it was.
  Status switch_to(std::string_view name);

  // Every name that may be asked for, in the order given.
  const std::vector<BackendName>& names() const { return names_; }

 private:
  const BackendName* find_name(std::string_view spelled) const;

  const std::vector<BackendName> names_;
  const Make make_;
  Check check_;
  std::mutex mutex_;
  std::map<std::string, BackendEntry, std::less<>> entries_;
  std::atomic<const BackendEntry*> current_ = nullptr;
};

}  // namespace anyclaude
