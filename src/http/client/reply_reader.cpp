#include "http/client/reply_reader.h"

#include <algorithm>

#include "base/limits.h"

namespace anyclaude {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<UpstreamHead> parse_reply_head(std::string_view text) {
  const std::size_t line_end = text.find("\r\n");
  const auto status = parse_status_line(text.substr(0, line_end));
  if (!status) return std::nullopt;
  UpstreamHead head{*status, {}};
  const FieldsVerdict fields =
      parse_field_lines(text.substr(line_end + 2), limits::kHeaderFieldsMax, head.headers);
  if (fields != FieldsVerdict::good) return std::nullopt;
  return head;
}

}  // namespace

std::optional<int> parse_status_line(std::string_view line) {
  if (!line.starts_with("HTTP/1.1 ") && !line.starts_with("HTTP/1.0 ")) return std::nullopt;
  const std::string_view rest = line.substr(9);
  if (rest.size() < 3 || !std::ranges::all_of(rest.substr(0, 3), is_digit)) return std::nullopt;
  if (rest.size() > 3 && rest[3] != ' ') return std::nullopt;
  const int status = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
  if (status < 100 || status > 599) return std::nullopt;
  return status;
}

std::optional<UpstreamEnd> ReplyReader::feed(std::string_view bytes) {
  if (in_body_) return read_body(bytes);
  head_.append(bytes);
  return read_head();
}

std::optional<UpstreamEnd> ReplyReader::read_head() {
  while (true) {
    const HeadEnd end = find_head_end(head_, scanned_);
    if (end.state == HeadState::malformed) return UpstreamEnd::protocol;
    const std::size_t size = end.state == HeadState::complete ? end.size : head_.size();
    if (size > limits::kUpstreamHeadBytesMax) return UpstreamEnd::too_large;
    if (end.state == HeadState::incomplete) {
      scanned_ = head_.size();
      return std::nullopt;
    }
    auto head = parse_reply_head(std::string_view(head_).substr(0, end.size));
    // Switching protocols was never asked for.
    if (!head || head->status == 101) return UpstreamEnd::protocol;
    const std::string rest = head_.substr(end.size);
    if (head->status >= 200) {
      head_.clear();
      const auto ended = begin_body(std::move(*head));
      return ended || rest.empty() ? ended : read_body(rest);
    }
    // An interim head (100, 103): the one that counts follows.
    head_ = rest;
    scanned_ = 0;
  }
}

std::optional<UpstreamEnd> ReplyReader::begin_body(UpstreamHead head) {
  const FramingVerdict verdict = read_framing(head.headers);
  if (verdict.error) return UpstreamEnd::protocol;
  framing_ = verdict.framing;
  if (framing_.kind == BodyFraming::none) framing_.kind = BodyFraming::until_close;
  const bool has_no_body = is_head_request_ || head.status == 204 || head.status == 304;
  if (has_no_body) framing_ = {BodyFraming::length, 0};
  in_body_ = true;
  if (!on_head_(std::move(head))) return UpstreamEnd::cancelled;
  if (framing_.kind != BodyFraming::length) return std::nullopt;
  if (framing_.length > limits::kUpstreamReplyBytesMax) return UpstreamEnd::too_large;
  return framing_.length == 0 ? std::optional(UpstreamEnd::complete) : std::nullopt;
}

std::optional<UpstreamEnd> ReplyReader::read_body(std::string_view bytes) {
  if (framing_.kind == BodyFraming::chunked) return read_chunks(bytes);
  if (framing_.kind == BodyFraming::until_close) return give(std::string(bytes));
  const auto count =
      static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), framing_.length - body_bytes_));
  if (const auto ended = give(std::string(bytes.substr(0, count)))) return ended;
  return body_bytes_ == framing_.length ? std::optional(UpstreamEnd::complete) : std::nullopt;
}

std::optional<UpstreamEnd> ReplyReader::read_chunks(std::string_view bytes) {
  std::string data;
  const ChunkDecoder::State state = chunks_.feed(bytes, data);
  // What was whole before the fault is given on: it is the caller's to judge.
  if (!data.empty()) {
    if (const auto ended = give(std::move(data))) return ended;
  }
  if (state == ChunkDecoder::State::malformed) return UpstreamEnd::protocol;
  return state == ChunkDecoder::State::done ? std::optional(UpstreamEnd::complete) : std::nullopt;
}

std::optional<UpstreamEnd> ReplyReader::give(std::string bytes) {
  body_bytes_ += bytes.size();
  if (body_bytes_ > limits::kUpstreamReplyBytesMax) return UpstreamEnd::too_large;
  if (!on_bytes_(std::move(bytes))) return UpstreamEnd::cancelled;
  return std::nullopt;
}

UpstreamEnd ReplyReader::end_of_stream() const {
  return in_body_ && framing_.kind == BodyFraming::until_close ? UpstreamEnd::complete : UpstreamEnd::cut;
}

}  // namespace anyclaude
