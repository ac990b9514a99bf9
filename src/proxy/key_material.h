// What stands beside a request's body and decides its answer, or whose answer it is: in the lane that passes
// it on.
#pragma once

#include <string>
#include <vector>

#include "canonical/canonical_request.h"
#include "http/wire/http_message.h"

namespace anyclaude {

struct KeyMaterial {
  std::string anthropic_beta;           // all lines, joined by ", "
  std::string anthropic_version;        // likewise
  std::vector<HeaderLine> headers;      // every other field that counts, sorted by name
  std::vector<HeaderLine> credentials;  // likewise
  std::string query;
};

// `upstream` is the header as the server gets it (verbatim_headers); the result looks into it and into
// `request`. Of what ends at this hop, Proxy-Authorization counts as a credential all the same: it says who
// asks.
KeyMaterial key_material(const HttpRequest& request, const HeaderFields& upstream);

}  // namespace anyclaude
