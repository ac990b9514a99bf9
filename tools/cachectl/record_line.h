// One answer as a line of JSON, as export writes and import reads it. docs/cachectl.md describes the members.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/limits.h"
#include "storage/response_store.h"

namespace anyclaude::cachectl {

inline constexpr unsigned kRecordLineVersion = 1;
// A message is a string in its line, so every byte of it may take six there.
inline constexpr std::size_t kRecordLineBytesMax = 6 * limits::kStoredMessageBytesMax + 64 * 1024;

// Without a line end. The checksum in it covers every other member.
std::string record_line(const StoredResponse& response);

// Whether such an answer would have been admitted; the error says why not.
Status check_answer(const StoredResponse& response);

// Errors are invalid_request, source client, with a sentence that says what is wrong with the line and holds
// nothing of its content: not JSON, a member missing or of the wrong type, another version, a checksum that
// does not fit, an answer that would not have been admitted.
Result<StoredResponse> read_record_line(std::string_view line);

}  // namespace anyclaude::cachectl
