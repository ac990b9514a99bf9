// Which hosts are this machine itself.
#pragma once

#include <string>
#include <string_view>

namespace anyclaude {

// True for the name "localhost", 127.0.0.0/8 as four decimal numbers, ::1, and the IPv6 spelling of
// 127.0.0.0/8
// (::ffff:127.0.0.1). `host` is in lower case and without brackets. False for everything that another
// resolver or proxy may read in another way: "127.0.0.1.example.com", "2130706433", "127.1", "0177.0.0.1",
// "localhost.", "0.0.0.0", "::".
bool is_loopback_host(std::string_view host);

}  // namespace anyclaude
