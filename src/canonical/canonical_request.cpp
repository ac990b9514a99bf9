#include "canonical/canonical_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include "canonical/canonical_content.h"
#include "canonical/canonical_writer.h"
#include "canonical/request_origin.h"
#include "messages/json/json_document.h"
#include "messages/json/json_reader.h"
#include "messages/request/request_field.h"

namespace anyclaude {
namespace {

using simdjson::dom::element;

class Canonicalizer {
 public:
  Canonicalizer(const JsonDocument& document, const CanonicalOptions& options)
      : document_(document), options_(options) {}

  Result<CanonicalRequest> run() {
    const auto fields = reader_.object(document_.root(), top_);
    if (fields) {
      result_.bytes.reserve(document_.body().size() + 1024);
      write_head();
      sort_out(*fields);
      for (std::size_t i = 0; i < kRequestFieldCount; ++i)
        if (known_[i]) write_field(static_cast<RequestField>(i), *known_[i]);
      write_unknown_fields();
      write_repairs();
    }
    if (reader_.failed()) return tl::unexpected<Error>(*reader_.error());
    return std::move(result_);
  }

 private:
  struct Unknown {
    std::string_view name;
    element value;
  };

  // A new option does not compile here until someone decides whether it is keyed. The level decides the order
  // of tools and is otherwise the key context's business.
  void write_head() {
    const auto& [lane, level, anthropic_beta, anthropic_version, headers, query] = options_;
    writer_.field("key_version");
    writer_.string(std::to_string(kKeyVersion));
    writer_.field("lane");
    writer_.string(name_of(lane));
    static_cast<void>(level);
    if (lane == Lane::rewritten) return;
    writer_.field("header anthropic-beta");
    writer_.string(anthropic_beta);
    writer_.field("header anthropic-version");
    writer_.string(anthropic_version);
    // Only where there are any: requests without them keep the keys they had before these counted.
    if (!headers.empty()) write_headers(headers);
    if (query.empty()) return;
    writer_.field("query");
    writer_.string(query);
  }

  void write_headers(std::span<const HeaderLine> headers) {
    writer_.field("headers");
    writer_.tag(CanonicalTag::list);
    for (const auto& [name, value] : headers) {
      writer_.key(name);
      writer_.string(value);
    }
    writer_.tag(CanonicalTag::list_end);
  }

  void sort_out(const simdjson::dom::object& fields) {
    for (const auto field : fields) {
      if (const auto known = request_field_from(field.key)) {
        known_[static_cast<std::size_t>(*known)] = field.value;
      } else {
        unknown_.push_back({field.key, field.value});
      }
    }
    std::sort(unknown_.begin(), unknown_.end(),
              [](const Unknown& left, const Unknown& right) { return left.name < right.name; });
  }

  void write_field(RequestField field, element value) {
    const JsonPlace place = top_.member(name_of(field));
    switch (field) {
      case RequestField::model:
        result_.model = reader_.string(value, place);
        return key(field, value);
      case RequestField::system:
        return write_system(value, place);
      case RequestField::messages:
        writer_.field(name_of(field));
        return content_.messages(value, place);
      case RequestField::tools:
        return write_tools(value, place);
      case RequestField::thinking:
        return write_thinking(value);
      case RequestField::tool_choice:
      case RequestField::max_tokens:
      case RequestField::temperature:
      case RequestField::top_p:
      case RequestField::top_k:
      case RequestField::stop_sequences:
      case RequestField::output_config:
      case RequestField::output_format:
        return key(field, value);
      case RequestField::stream:
        if (!value.is_null() && reader_.boolean(value, place)) result_.delivery = Delivery::stream;
        return;
      case RequestField::metadata:
        return read_metadata(value);
      case RequestField::cache_control:
        return;
      case RequestField::context_management:
      case RequestField::safeguards:
      case RequestField::service_tier:
      case RequestField::inference_geo:
        return key_for_anthropic(field, value);
      case RequestField::container:
        result_.findings.container = !value.is_null();
        return key_for_anthropic(field, value);
      case RequestField::mcp_servers:
        result_.findings.mcp_servers = !is_nothing(value);
        return key_for_anthropic(field, value);
    }
  }

  void key(RequestField field, element value) {
    writer_.field(name_of(field));
    writer_.value(value);
  }

  // What only Anthropic reads never reaches the model of the rewritten lane.
  void key_for_anthropic(RequestField field, element value) {
    if (options_.lane == Lane::verbatim) key(field, value);
  }

  // Null or an empty list.
  static bool is_nothing(element value) {
    simdjson::dom::array list;
    return value.is_null() || (value.get(list) == simdjson::SUCCESS && list.begin() == list.end());
  }

  // A system prompt that was nothing but the attribution says what no system prompt says.
  void write_system(element value, const JsonPlace& place) {
    if (value.is_null()) return key(RequestField::system, value);
    const std::size_t before = result_.bytes.size();
    writer_.field(name_of(RequestField::system));
    const std::size_t begin = result_.bytes.size();
    content_.system(value, place);
    static constexpr std::size_t kEmptyListBytes = 2;
    if (result_.bytes.size() - begin == kEmptyListBytes) result_.bytes.resize(before);
  }

  void write_tools(element value, const JsonPlace& place) {
    if (value.is_null()) return key(RequestField::tools, value);
    const bool keeps_order = options_.lane == Lane::verbatim || options_.level == OrderingLevel::off;
    writer_.field(name_of(RequestField::tools));
    content_.tools(
        value, keeps_order ? CanonicalContent::ToolOrder::kept : CanonicalContent::ToolOrder::sorted, place);
  }

  // How thinking is displayed is between the client and Anthropic.
  void write_thinking(element value) {
    simdjson::dom::object members;
    if (options_.lane == Lane::verbatim || value.get(members) != simdjson::SUCCESS)
      return key(RequestField::thinking, value);
    writer_.field(name_of(RequestField::thinking));
    writer_.object(members, [this](std::string_view name, element member) {
      if (name == "display") return;
      writer_.key(name);
      writer_.value(member);
    });
  }

  void read_metadata(element value) { result_.session_id = read_session_id(value); }

  void write_unknown_fields() {
    if (options_.lane == Lane::rewritten) return;
    for (const Unknown& unknown : unknown_) {
      writer_.field(unknown.name);
      writer_.value(unknown.value);
    }
  }

  // What the value no longer shows: the spelling of a number that fits no double, and where the verbatim lane
  // sends a lone surrogate and not the U+FFFD that was read for it.
  void write_repairs() {
    std::vector<std::pair<std::string_view, std::string_view>> repairs;
    for (const JsonRepair& repair : document_.repairs())
      if (options_.lane == Lane::verbatim || repair.kind == JsonRepair::Kind::wide_number)
        repairs.emplace_back(repair.place, repair.text);
    std::sort(repairs.begin(), repairs.end());
    for (const auto& [place, text] : repairs) {
      writer_.field("repair");
      writer_.string(place);
      writer_.string(text);
    }
  }

  const JsonDocument& document_;
  const CanonicalOptions& options_;
  const JsonPlace top_;
  JsonReader reader_;
  CanonicalRequest result_;
  CanonicalWriter writer_{result_.bytes};
  CanonicalContent content_{writer_, reader_, result_.findings, options_.lane};
  std::array<std::optional<element>, kRequestFieldCount> known_;
  std::vector<Unknown> unknown_;
};

}  // namespace

Result<CanonicalRequest> canonicalize(const JsonDocument& document, const CanonicalOptions& options) {
  return Canonicalizer(document, options).run();
}

}  // namespace anyclaude
