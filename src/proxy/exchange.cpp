#include "proxy/exchange.h"

namespace anyclaude {

void Exchange::begin_again(const BackendEntry& next) {
  target = &next;
  wanted_model.clear();
  failure.reset();
  was_asked = false;
  cost.release();
  without_own_thinking.reset();
  own_thinking_removed = 0;
  canonical.reset();
  canonical_sha256.clear();
  identity = {};
  key.reset();
  partition.clear();
  upstream_headers = {};
  status = CacheStatus::bypass;
  bypass.reset();
  miss.reset();
  age_s = 0;
  parsed.reset();  // it may have been put in order
  chain.reset();
  expected_reuse = 0;
  arguments = {};
  entry = {};
}

}  // namespace anyclaude
