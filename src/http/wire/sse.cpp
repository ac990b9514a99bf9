#include "http/wire/sse.h"

#include "base/limits.h"

namespace anyclaude {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

tl::unexpected<Error> event_too_large() {
  return fail(
      ErrorKind::too_large, ErrorSource::upstream,
      "The server sent an event larger than " + std::to_string(limits::kSseEventBytesMax) + " bytes.");
}

void append_field(std::string& out, std::string_view field, std::string_view value) {
  out.append(field).append(value).append("\n");
}

}  // namespace

Status SseParser::feed(std::string_view bytes, const OnEvent& on_event) {
  while (!bytes.empty() && !too_large_) {
    if (after_carriage_return_) {
      after_carriage_return_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::string_view piece = bytes.substr(0, end);
    if (line_.size() + event_.data.size() + piece.size() > limits::kSseEventBytesMax) {
      too_large_ = true;
      break;
    }
    if (end == std::string_view::npos) {
      line_.append(piece);
      break;
    }
    after_carriage_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (line_.empty()) {
      line(piece, on_event);
    } else {
      line_.append(piece);
      line(line_, on_event);
      line_.clear();
    }
  }
  if (too_large_) return event_too_large();
  return {};
}

void SseParser::finish(const OnEvent& on_event) {
  if (too_large_) return;
  if (!line_.empty()) line(line_, on_event);
  line_.clear();
  dispatch(on_event);
}

void SseParser::line(std::string_view text, const OnEvent& on_event) {
  if (at_stream_start_) {
    at_stream_start_ = false;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  }
  if (text.empty()) return dispatch(on_event);
  const std::size_t colon = text.find(':');
  const std::string_view field = text.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") {
    event_.name = value;
  } else if (field == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  }
}

void SseParser::dispatch(const OnEvent& on_event) {
  if (has_data_) on_event(event_);
  event_.name.clear();
  event_.data.clear();
  has_data_ = false;
}

void append_sse_event(std::string& out, std::string_view name, std::string_view data) {
  if (!name.empty()) append_field(out, "event: ", name);
  std::size_t from = 0;
  for (std::size_t end = data.find('\n'); end != std::string_view::npos; end = data.find('\n', from)) {
    append_field(out, "data: ", data.substr(from, end - from));
    from = end + 1;
  }
  append_field(out, "data: ", data.substr(from));
  out += '\n';
}

}  // namespace anyclaude
