#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/client/upstream_call.h"
#include "http/wire/chunk_decoder.h"
#include "http/wire/header_syntax.h"

namespace anyclaude {

// The status in "HTTP/1.1 200 OK"; nothing if it is no status line.
std::optional<int> parse_status_line(std::string_view line);

// Reads one reply from a server in pieces split anywhere, as strictly as requests are read. Knows nothing of
// sockets.
class ReplyReader {
 public:
  // False stops the reading: the caller does not want the rest.
  using OnHead = std::function<bool(UpstreamHead)>;
  using OnBytes = std::function<bool(std::string)>;

  ReplyReader(std::string_view method, OnHead on_head, OnBytes on_bytes)
      : is_head_request_(method == "HEAD"), on_head_(std::move(on_head)), on_bytes_(std::move(on_bytes)) {}

  // How the exchange ended, once it has.
  std::optional<UpstreamEnd> feed(std::string_view bytes);
  // The server closed its side.
  UpstreamEnd end_of_stream() const;

  bool has_body_bytes() const { return body_bytes_ > 0; }

 private:
  std::optional<UpstreamEnd> read_head();
  std::optional<UpstreamEnd> begin_body(UpstreamHead head);
  std::optional<UpstreamEnd> read_body(std::string_view bytes);
  std::optional<UpstreamEnd> read_chunks(std::string_view bytes);
  std::optional<UpstreamEnd> give(std::string bytes);

  const bool is_head_request_;
  const OnHead on_head_;
  const OnBytes on_bytes_;
  std::string head_;
  std::size_t scanned_ = 0;
  bool in_body_ = false;
  Framing framing_;
  ChunkDecoder chunks_;
  std::uint64_t body_bytes_ = 0;
};

}  // namespace anyclaude
