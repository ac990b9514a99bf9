#include "tools/simserver/fault.h"

#include <charconv>
#include <string>

#include "base/text.h"
#include "tools/simserver/json_reading.h"

namespace anyclaude::sim {
namespace {

std::optional<std::size_t> read_number(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// False when the word is not known, or its number missing.
bool apply_word(Fault& fault, std::string_view name, std::optional<std::size_t> number) {
  if (name == "drop" && !number) {
    fault.drop = true;
  } else if (name == "garbage" && !number) {
    fault.garbage = true;
  } else if (!number) {
    return false;
  } else if (name == "status" && *number >= 300 && *number <= 599) {
    fault.status = static_cast<int>(*number);
  } else if (name == "drop-after") {
    fault.drop_after = *number;
  } else if (name == "stall") {
    fault.stall = std::chrono::milliseconds(*number);
  } else if (name == "stall-after") {
    fault.stall_after = *number;
  } else if (name == "slow") {
    fault.slow = std::chrono::milliseconds(*number);
  } else if (name == "error-after") {
    fault.error_after = *number;
  } else {
    return false;
  }
  return true;
}

}  // namespace

Result<Fault> parse_fault(std::string_view text) {
  Fault fault;
  text = trimmed(text, " ");
  while (!text.empty()) {
    const std::string_view word = trimmed(text.substr(0, text.find(',')), " ");
    const std::size_t equals = word.find('=');
    const bool has_number = equals != std::string_view::npos;
    const auto number = has_number ? read_number(word.substr(equals + 1)) : std::nullopt;
    if ((has_number && !number) || !apply_word(fault, word.substr(0, equals), number)) {
      return refuse(
          "\"" + std::string(word) +
          "\" is no fault; known are status=N, drop, drop-after=N, stall=MS, stall-after=N, garbage, "
          "slow=MS and error-after=N");
    }
    const std::size_t comma = text.find(',');
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return fault;
}

void FaultQueue::push(const Fault& fault, std::size_t times) {
  const std::lock_guard lock(mutex_);
  faults_.insert(faults_.end(), times, fault);
}

Fault FaultQueue::take() {
  const std::lock_guard lock(mutex_);
  if (faults_.empty()) return {};
  const Fault fault = faults_.front();
  faults_.pop_front();
  return fault;
}

std::size_t FaultQueue::size() const {
  const std::lock_guard lock(mutex_);
  return faults_.size();
}

void FaultQueue::clear() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

}  // namespace anyclaude::sim
