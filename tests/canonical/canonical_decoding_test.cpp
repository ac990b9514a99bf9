// Canonical bytes say everything they are the key of: they can be read back into a request with those bytes.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <stdexcept>

#include "canonical/canonical_writer.h"
#include "tests/canonical/request_fixtures.h"

namespace anyclaude {
namespace {

// Reads what CanonicalWriter wrote; throws on anything else.
class CanonicalReader {
 public:
  explicit CanonicalReader(std::string_view bytes) : rest_(bytes) {}

  // The fields behind the head, as a request's JSON text.
  std::string request() {
    std::string out = "{";
    while (!rest_.empty()) {
      const std::string name = Json(text(CanonicalTag::field)).dump();
      const std::string field = value();
      if (is_head(name)) continue;
      out += (out.size() > 1 ? "," : "") + name + ":" + field;
    }
    return out + "}";
  }

 private:
  static bool is_head(const std::string& name) {
    return name == "\"key_version\"" || name == "\"lane\"" || name.starts_with("\"header ");
  }

  CanonicalTag next() const { return static_cast<CanonicalTag>(rest_.at(0)); }

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) throw std::runtime_error("cut short");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  void take_tag(CanonicalTag tag) {
    if (take(1)[0] != static_cast<char>(tag)) throw std::runtime_error("another tag");
  }

  std::uint32_t number() {
    std::uint32_t number = 0;
    const std::string_view bytes = take(4);
    for (std::size_t i = 4; i > 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
    return number;
  }

  std::string text(CanonicalTag tag) {
    take_tag(tag);
    return std::string(take(number()));
  }

  std::string value() {
    switch (next()) {
      case CanonicalTag::null:
        take(1);
        return "null";
      case CanonicalTag::truth:
        take(1);
        return "true";
      case CanonicalTag::falsehood:
        take(1);
        return "false";
      case CanonicalTag::number:
        return text(CanonicalTag::number);
      case CanonicalTag::string:
        return Json(text(CanonicalTag::string)).dump();
      case CanonicalTag::tool_id:
        take(1);
        return "\"id " + std::to_string(number()) + "\"";
      case CanonicalTag::list:
        return list();
      case CanonicalTag::object:
        return object();
      case CanonicalTag::list_end:
      case CanonicalTag::object_end:
      case CanonicalTag::key:
      case CanonicalTag::field:
        break;
    }
    throw std::runtime_error("no value");
  }

  std::string list() {
    take(1);
    std::string out = "[";
    while (next() != CanonicalTag::list_end) out += (out.size() > 1 ? "," : "") + value();
    take(1);
    return out + "]";
  }

  std::string object() {
    take(1);
    std::string out = "{";
    while (next() != CanonicalTag::object_end) {
      out += (out.size() > 1 ? "," : "") + Json(text(CanonicalTag::key)).dump();
      out += ":" + value();
    }
    take(1);
    return out + "}";
  }

  std::string_view rest_;
};

void expect_read_back(const Json& request, const CanonicalOptions& options) {
  const std::string bytes = canonical_bytes(request, options);
  const std::string decoded = CanonicalReader(bytes).request();
  RC_ASSERT(canonical_bytes(decoded, options) == bytes);
}

RC_GTEST_PROP(CanonicalDecoding, ARequestReadBackHasTheSameBytes, (std::uint64_t seed)) {
  Random random(seed);
  const Json request = random_request(random);
  expect_read_back(request, {Lane::verbatim, OrderingLevel::standard, "", ""});
  expect_read_back(request, {Lane::rewritten, OrderingLevel::standard, "", ""});
  expect_read_back(request, {Lane::rewritten, OrderingLevel::off, "", ""});
}

TEST(CanonicalDecoding, TheRecordedRequestsReadBackToo) {
  for (const NamedBody& each : recorded_bodies())
    for (const Lane lane : {Lane::verbatim, Lane::rewritten}) {
      const CanonicalOptions options{lane, OrderingLevel::standard, "", ""};
      const std::string bytes = canonical_bytes(each.body, options);
      EXPECT_EQ(canonical_bytes(CanonicalReader(bytes).request(), options), bytes) << each.name;
    }
}

}  // namespace
}  // namespace anyclaude
