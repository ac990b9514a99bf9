// What a request means, as bytes: equal meaning gives equal bytes, any difference that matters gives others.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/user_choices.h"
#include "messages/request/lane.h"
#include "messages/request/messages_request.h"

namespace anyclaude {

class JsonDocument;

// Raised whenever the canonical bytes of any request change; tests/golden holds the digests to it.
inline constexpr std::uint32_t kKeyVersion = 1;

// One line of a header, its name in lower case.
struct HeaderLine {
  std::string name;
  std::string_view value;

  bool operator==(const HeaderLine&) const = default;
};

struct CanonicalOptions {
  Lane lane = Lane::rewritten;
  OrderingLevel level = OrderingLevel::standard;
  // What stands beside the body and may change Anthropic's answer; hashed in the verbatim lane only. The
  // lines of a field that came several times are joined by ", ".
  std::string_view anthropic_beta;
  std::string_view anthropic_version;
  // Every other field that counts (header_use.h), sorted by name, the lines of one name as they came.
  std::span<const HeaderLine> headers = {};
  std::string_view query = {};  // as keyed_query() leaves it
};

// What the walk saw on its way that makes an answer unfit for the store.
struct CanonicalFindings {
  bool server_tools = false;    // a tool that runs at Anthropic
  bool mcp_servers = false;     // `mcp_servers` present and not empty
  bool container = false;       // `container` present and not null
  bool file_reference = false;  // an image or document by file id
  bool url_source = false;      // an image or document by URL
  bool unknown_block = false;   // a content block type this version does not know
};

struct CanonicalRequest {
  // Every field tagged and length-prefixed; the source of every digest of this request.
  std::string bytes;
  CanonicalFindings findings;
  // Read on the way, not part of the bytes unless they belong there.
  std::string model;
  Delivery delivery = Delivery::whole;
  std::string session_id;  // from metadata.user_id, in both of its spellings; empty when absent
};

// One walk over the parsed body. invalid_request when a field that matters has a type it cannot have
// (messages is not a list); in the verbatim lane the caller forwards such a request untouched.
Result<CanonicalRequest> canonicalize(const JsonDocument& document, const CanonicalOptions& options);

}  // namespace anyclaude
