#include "tools/cachectl/open_store.h"

namespace anyclaude::cachectl {

Result<std::unique_ptr<LmdbStore>> open_store(const Surroundings& here) {
  auto store = LmdbStore::open({.directory = here.directory, .access = LmdbAccess::maintain}, here.clock);
  if (!store && store.error().kind == ErrorKind::not_found)
    store.error().message = "There is no store in " + here.directory +
                            ". A broker makes it when it starts; name another one with --store DIR.";
  return store;
}

}  // namespace anyclaude::cachectl
