#include "tests/canonical/request_fixtures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "messages/json/json_document.h"

namespace anyclaude {
namespace {

std::vector<NamedBody> load_recordings() {
  const std::filesystem::path root = std::filesystem::path(ANYCLAUDE_TEST_DATA) / "recordings";
  std::vector<NamedBody> bodies;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    Json recording = Json::parse(file);
    if (!recording["body"].is_object()) continue;
    bodies.push_back({std::filesystem::relative(entry.path(), root).replace_extension().generic_string(),
                      std::move(recording["body"])});
  }
  std::sort(bodies.begin(), bodies.end(),
            [](const NamedBody& left, const NamedBody& right) { return left.name < right.name; });
  return bodies;
}

Json random_value(Random& random, std::size_t depth) {
  switch (random.below(depth == 0 ? 6 : 8)) {
    case 0:
      return nullptr;
    case 1:
      return random.coin();
    case 2:
      return static_cast<std::int64_t>(random.below(2000)) - 1000;
    case 3:
      return static_cast<double>(random.below(1000)) / 8.0;
    case 4:
    case 5:
      return random.word();
    case 6: {
      Json list = Json::array();
      for (std::size_t i = random.below(4); i > 0; --i) list.push_back(random_value(random, depth - 1));
      return list;
    }
    default: {
      // Names that mean something elsewhere are content here.
      static constexpr std::array<const char*, 8> kNames = {
          "metadata", "cache_control", "stream", "is_error", "signature", "id", "type", "text"};
      Json object = Json::object();
      for (std::size_t i = random.below(4); i > 0; --i)
        object[random.coin() ? kNames[random.below(kNames.size())] : random.word()] =
            random_value(random, depth - 1);
      return object;
    }
  }
}

Json random_object(Random& random) {
  Json object = {{"first", random_value(random, 2)}};
  object[random.word()] = random_value(random, 1);
  return object;
}

Json random_source(Random& random) {
  switch (random.below(4)) {
    case 0:
      return {{"type", "url"}, {"url", "https://" + random.word()}};
    case 1:
      return {{"type", "file"}, {"file_id", random.word()}};
    case 2:
      return {{"type", "content"},
              {"content", Json::array({{{"type", "text"}, {"text", random.word()}}, random_object(random)})}};
    default:
      return {{"type", "base64"}, {"media_type", "image/png"}, {"data", random.word()}};
  }
}

std::string random_tool_id(Random& random) {
  return "toolu_" + std::to_string(random.below(4));
}

Json random_text_content(Random& random) {
  if (random.coin()) return random.word();
  return Json::array({{{"type", "text"}, {"text", random.word()}}});
}

Json random_block(Random& random) {
  switch (random.below(9)) {
    case 0:
      return {{"type", "image"}, {"source", random_source(random)}};
    case 1:
      return {{"type", "document"}, {"title", random.word()}, {"source", random_source(random)}};
    case 2:
      return {{"type", "tool_use"},
              {"id", random_tool_id(random)},
              {"name", random.word()},
              {"input", random_object(random)}};
    case 3:
    case 4: {
      Json block = {{"type", "tool_result"}, {"tool_use_id", random_tool_id(random)}};
      if (!random.rarely()) block["content"] = random_text_content(random);
      if (random.rarely())
        block["content"] = Json::array({{{"type", "tool_reference"}, {"tool_name", random.word()}}});
      if (random.rarely()) block["is_error"] = random.coin();
      return block;
    }
    case 5:
      return {{"type", "thinking"}, {"thinking", random.word()}, {"signature", random.word()}};
    case 6:
      if (random.coin()) return {{"type", "redacted_thinking"}, {"data", random.word()}};
      return {{"type", "hologram"}, {"light", random_value(random, 2)}};
    default:
      return {{"type", "text"}, {"text", random.word()}};
  }
}

Json random_message(Random& random) {
  static constexpr std::array<const char*, 3> kRoles = {"user", "assistant", "system"};
  Json message = {{"role", kRoles[random.below(3)]}};
  if (random.coin()) {
    message["content"] = random_text_content(random);
  } else {
    message["content"] = Json::array();
    for (std::size_t i = random.below(4); i > 0; --i) message["content"].push_back(random_block(random));
  }
  return message;
}

Json random_tool(Random& random) {
  Json tool = {
      {"name", random.word()}, {"description", random.word()}, {"input_schema", random_object(random)}};
  if (random.rarely()) tool["defer_loading"] = random.coin();
  if (random.rarely()) tool["type"] = random.coin() ? "custom" : "web_search_20250305";
  return tool;
}

void add_settings(Json& request, Random& random) {
  if (random.coin()) request["temperature"] = static_cast<double>(random.below(8)) / 4.0;
  if (random.rarely()) request["top_p"] = 0.25;
  if (random.rarely()) request["top_k"] = random.below(100);
  if (random.rarely()) request["stop_sequences"] = Json::array({random.word(), random.word()});
  if (random.coin()) request["stream"] = random.coin();
  if (random.coin()) request["metadata"] = {{"user_id", random.word()}};
  if (random.rarely())
    request["thinking"] = {
        {"type", "enabled"}, {"budget_tokens", random.below(1000)}, {"display", "omitted"}};
  if (random.rarely()) request["tool_choice"] = {{"type", "tool"}, {"name", random.word()}};
  if (random.rarely())
    request["output_config"] = {{"effort", random.word()},
                                {"format", {{"type", "json_schema"}, {"schema", random_object(random)}}}};
  if (random.rarely()) request["context_management"] = random_value(random, 2);
  if (random.rarely()) request["service_tier"] = "auto";
  if (random.rarely()) request["brand_new"] = random_value(random, 2);
}

std::string unicode_escape(unsigned unit, Random& random) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), random.coin() ? "\\u%04x" : "\\u%04X", unit);
  return text.data();
}

// `text` is UTF-8.
std::string spelled_string(const std::string& text, Random& random) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    unsigned point = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k)
      point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    if (text[i] == '/' && random.rarely()) {
      out += "\\/";
    } else if (lead >= 0x20 && lead != '"' && lead != '\\' && random.below(16) != 0) {
      out += text.substr(i, length);
    } else if (point < 0x10000) {
      out += unicode_escape(point, random);
    } else {
      out += unicode_escape(0xD800 + ((point - 0x10000) >> 10), random);
      out += unicode_escape(0xDC00 + ((point - 0x10000) & 0x3FF), random);
    }
    i += length;
  }
  return out + "\"";
}

std::string spelled_number(const Json& value, Random& random) {
  const std::string plain = value.dump();
  const double number = value.get<double>();
  if (std::abs(number) > 1e15 || !random.coin()) return plain;
  if (plain.find_first_of("eE") != plain.npos) return plain;
  const bool whole = plain.find('.') == plain.npos;
  if (random.coin()) return whole ? plain + ".0" : plain + "0";
  return plain + (random.coin() ? "e+0" : "E0");
}

std::string blank(Random& random) {
  static constexpr std::array<const char*, 4> kBlanks = {" ", "\n", "\t", "\r\n  "};
  return random.rarely() ? kBlanks[random.below(kBlanks.size())] : "";
}

}  // namespace

std::string Random::word() {
  static constexpr std::array<const char*, 16> kPieces = {
      "a", "b", "Read", "x-anthropic", " ", "\n", "\"", "\\", "é", "😀", "/", "user", "0", ":", "{", "\t"};
  std::string out;
  for (std::size_t i = below(5); i > 0; --i) out += kPieces[below(kPieces.size())];
  return out + std::to_string(below(50));
}

const std::vector<NamedBody>& recorded_bodies() {
  static const std::vector<NamedBody> bodies = load_recordings();
  return bodies;
}

const Json& recorded(std::string_view name) {
  for (const NamedBody& each : recorded_bodies())
    if (each.name == name) return each.body;
  throw std::runtime_error("no such recording: " + std::string(name));
}

Json random_request(Random& random) {
  Json request = {{"model", random.word()}, {"max_tokens", 1 + random.below(64'000)}};
  if (random.coin()) request["system"] = random_text_content(random);
  request["messages"] = Json::array();
  for (std::size_t i = 1 + random.below(5); i > 0; --i) request["messages"].push_back(random_message(random));
  if (random.coin()) {
    request["tools"] = Json::array();
    for (std::size_t i = random.below(4); i > 0; --i) request["tools"].push_back(random_tool(random));
  }
  add_settings(request, random);
  return request;
}

std::string spelled_at_random(const Json& value, Random& random, Respelling respelling) {
  if (value.is_string()) return spelled_string(value.get<std::string>(), random);
  const bool is_free = respelling == Respelling::anything;
  if (value.is_number() && is_free) return spelled_number(value, random);
  if (!value.is_structured()) return value.dump();
  std::vector<std::string> parts;
  for (const auto& [key, member] : value.items())
    parts.push_back((value.is_object() ? spelled_string(key, random) + blank(random) + ":" : "") +
                    blank(random) + spelled_at_random(member, random, respelling) + blank(random));
  if (value.is_object() && is_free)
    for (std::size_t i = parts.size(); i > 1; --i) std::swap(parts[i - 1], parts[random.below(i)]);
  std::string out(1, value.is_object() ? '{' : '[');
  for (const std::string& part : parts) out += (&part == &parts.front() ? "" : ",") + blank(random) + part;
  return out + (value.is_object() ? "}" : "]");
}

std::string canonical_bytes(const std::string& body, const CanonicalOptions& options) {
  const auto document = JsonDocument::parse(body);
  if (!document) {
    ADD_FAILURE() << document.error().message;
    return {};
  }
  auto canonical = canonicalize(*document, options);
  if (!canonical) {
    ADD_FAILURE() << canonical.error().message;
    return {};
  }
  return std::move(canonical->bytes);
}

StoreSecrets fixed_secrets() {
  StoreSecrets secrets;
  for (std::size_t i = 0; i < HashSecret::kBytes; ++i) {
    secrets.primary.bytes[i] = static_cast<unsigned char>(i * 37 + 11);
    secrets.check.bytes[i] = static_cast<unsigned char>(i * 91 + 3);
  }
  return secrets;
}

}  // namespace anyclaude
