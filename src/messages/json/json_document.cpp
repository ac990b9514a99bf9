#include "messages/json/json_document.h"

#include <simdjson.h>
#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/limits.h"
#include "messages/json/json_repair.h"

namespace anyclaude {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// Finds an object with a key twice. One bit of a 64-bit mask per key rules out nearly all comparisons in
// small objects; large ones are sorted, so that no body makes this quadratic.
class DuplicateKeySearch {
 public:
  bool finds_in(element value) {
    switch (value.type()) {
      case element_type::OBJECT:
        return finds_in_object(value.get_object().value_unsafe());
      case element_type::ARRAY:
        return finds_in_array(value.get_array().value_unsafe());
      case element_type::INT64:
      case element_type::UINT64:
      case element_type::DOUBLE:
      case element_type::STRING:
      case element_type::BOOL:
      case element_type::NULL_VALUE:
        return false;
    }
    return false;
  }

 private:
  static constexpr std::size_t kPairwiseMax = 32;

  bool finds_in_array(simdjson::dom::array array) {
    for (const element item : array)
      if (finds_in(item)) return true;
    return false;
  }

  bool finds_in_object(simdjson::dom::object object) {
    const std::size_t base = keys_.size();
    std::uint64_t seen = 0;
    for (const auto field : object) {
      const std::uint64_t bit = mask_bit(field.key);
      if ((seen & bit) != 0 && keys_.size() - base < kPairwiseMax && is_known(base, field.key)) return true;
      seen |= bit;
      keys_.push_back(field.key);
    }
    if (keys_.size() - base > kPairwiseMax && has_equal_pair(base)) return true;
    keys_.resize(base);
    for (const auto field : object)
      if (finds_in(field.value)) return true;
    return false;
  }

  static std::uint64_t mask_bit(std::string_view key) {
    if (key.empty()) return 1;
    const auto first = static_cast<unsigned char>(key.front());
    const auto last = static_cast<unsigned char>(key.back());
    return std::uint64_t{1} << ((first * 7u + last * 3u + key.size()) % 64);
  }

  bool is_known(std::size_t base, std::string_view key) const {
    return std::find(keys_.begin() + static_cast<std::ptrdiff_t>(base), keys_.end(), key) != keys_.end();
  }

  bool has_equal_pair(std::size_t base) {
    const auto from = keys_.begin() + static_cast<std::ptrdiff_t>(base);
    std::sort(from, keys_.end());
    return std::adjacent_find(from, keys_.end()) != keys_.end();
  }

  std::vector<std::string_view> keys_;
};

tl::unexpected<Error> refuse(std::string message) {
  return fail(ErrorKind::invalid_request, ErrorSource::client, std::move(message));
}

// Parses with the padding that simdjson reads beyond the end, and takes the padding away again.
simdjson::error_code parse_padded(simdjson::dom::parser& parser, std::string& text, element& root) {
  const std::size_t size = text.size();
  if (const auto error = parser.allocate(std::max<std::size_t>(size, 1), limits::kJsonDepthMax)) return error;
  text.resize(size + JsonDocument::kPadding);
  const auto error = parser.parse(text.data(), size, false).get(root);
  text.resize(size);
  return error;
}

}  // namespace

static_assert(JsonDocument::kPadding == simdjson::SIMDJSON_PADDING);

struct JsonDocument::Parsed {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
};

JsonDocument::JsonDocument() : parsed_(std::make_unique<Parsed>()) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

simdjson::dom::element JsonDocument::root() const {
  return parsed_->root;
}

Result<JsonDocument> JsonDocument::parse(std::string&& body) {
  JsonDocument document;
  document.body_ = std::make_unique<std::string>(std::move(body));
  if (const Status status = document.read(); !status) {
    body = std::move(*document.body_);
    return tl::unexpected(status.error());
  }
  return document;
}

Status JsonDocument::read() {
  auto error = parse_padded(parsed_->parser, *body_, parsed_->root);
  if (error != simdjson::SUCCESS && error != simdjson::UTF8_ERROR && error != simdjson::DEPTH_ERROR) {
    RepairedJson repaired = repair_json(*body_);
    if (repaired.repairs.size() > limits::kJsonRepairsMax)
      return refuse("The request body has more than " + std::to_string(limits::kJsonRepairsMax) +
                    " lone surrogates and numbers beyond 64 bits");
    if (!repaired.repairs.empty()) {
      error = parse_padded(parsed_->parser, repaired.text, parsed_->root);
      repairs_ = std::move(repaired.repairs);
    }
  }
  if (error == simdjson::DEPTH_ERROR)
    return refuse("The request body is nested deeper than " + std::to_string(limits::kJsonDepthMax) +
                  " levels");
  if (error != simdjson::SUCCESS)
    return refuse(std::string("The request body is not valid JSON: ") + simdjson::error_message(error));
  if (DuplicateKeySearch().finds_in(parsed_->root))
    return refuse("The request body has an object with the same key twice");
  return {};
}

}  // namespace anyclaude
