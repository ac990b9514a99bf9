#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/wire/url.h"

namespace anyclaude {

// The servers that are reached without a proxy: this machine's own always, and those that NO_PROXY lists. Its
// entries stand between commas or blanks: `*` (every server), a name (which stands for the names below it
// too, with or without a dot in front), an address, a network such as 10.0.0.0/8; each may end in `:PORT`.
// Immutable, so thread-safe.
class ProxyBypass {
 public:
  explicit ProxyBypass(std::string_view no_proxy);

  bool covers(const Url& server) const;

 private:
  struct Entry {
    std::string host;  // lower case; a name, an address, a network, or "*"
    int port = 0;      // 0: any
  };
  static Entry read_entry(std::string_view text);

  std::vector<Entry> entries_;
};

}  // namespace anyclaude
