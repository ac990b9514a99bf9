// Which prompt each slot of each server has read last, as far as the broker knows.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "prompt/chain/prefix_chain.h"
#include "storage/state_store.h"

namespace anyclaude {

inline constexpr StateTable kPrefixIndexTable{"prefix_index", 1, 64, 1024 * 1024};

struct ExpectedReuse {
  int slot = 0;              // that holds the longest beginning
  double fraction = 0;       // of the prompt's bytes, 0 to 1
  std::size_t segments = 0;  // that the two begin with
};

// Thread-safe. Persistent: after a restart of the broker the servers still hold what they held. A state store
// that fails is worked without; no lock is held over it.
class PrefixIndex {
 public:
  PrefixIndex(StateStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  // What the server is likely to hold of this prompt, before it is asked. `backend` names a server and what
  // it runs: after a change of model nothing is expected.
  ExpectedReuse expect(std::string_view backend, const PrefixChain& chain);
  // The server has read this prompt in this slot. 0 where slots are not known.
  void note_served(std::string_view backend, int slot, const PrefixChain& chain);
  // Writes what was noted; call it when the client has its answer.
  Status flush();
  // Drops what is in memory, written or not: another process has emptied the store.
  void forget();

 private:
  struct Slot {
    std::int64_t served_at_ms = 0;
    std::vector<ChainLink> links;
  };
  struct Server {
    std::map<int, Slot> slots;
    bool changed = false;
  };

  Server& server(std::string_view backend, std::unique_lock<std::mutex>& lock);
  Server read_server(std::string_view backend) const;

  StateStore& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Server, std::less<>> servers_;
};

}  // namespace anyclaude
