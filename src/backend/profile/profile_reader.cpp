#include "backend/profile/profile_reader.h"

#include <algorithm>
#include <array>
#include <string>
#include <type_traits>

#include "backend/profile/profile_fields.h"
#include "base/bounded_json.h"
#include "base/nearest_name.h"

namespace anyclaude {
namespace {

using Json = nlohmann::json;

// Members that decide what only the encoder may say, and so cannot be set as `extra`.
constexpr std::array kEncodersMembers{
    "model",       "messages", "tools", "tool_choice", "stream",         "max_tokens",     "system",
    "temperature", "top_p",    "top_k", "stop",        "stream_options", "response_format"};

class FieldReader {
 public:
  FieldReader(const Json& object, std::string path, std::string_view file)
      : object_(object), path_(std::move(path)), file_(file) {
    if (!object.is_object()) complain("", "must be an object");
  }

  template <typename Member>
  void operator()(std::string_view key, Member&& member, std::string_view) {
    known_.emplace_back(key);
    if (error_ || !object_.is_object()) return;
    const auto found = object_.find(key);
    if (found != object_.end()) read(*found, std::string(key), member);
  }

  // After all fields: the first thing that was wrong, an unknown key last.
  Status status() {
    for (const auto& [key, value] : object_.items()) {
      // "$schema" and "extends" are for editors and for the one who lays profiles over each other.
      if (error_ || key == "$schema" || (path_.empty() && key == "extends")) continue;
      if (std::ranges::find(known_, key) == known_.end())
        complain(key, "is not a known key; the nearest one is '" + nearest_name(key, known_) + "'");
    }
    if (error_) return tl::unexpected(*error_);
    return {};
  }

 private:
  void complain(const std::string& key, const std::string& what) {
    if (error_) return;
    std::string place = path_ + key;
    if (key.empty() && !place.empty()) place.pop_back();
    error_ =
        Error{ErrorKind::invalid_request, ErrorSource::config, Retry::never,
              std::string(file_) + ": " + (place.empty() ? "a profile" : "'" + place + "'") + ' ' + what};
  }

  void read(const Json& value, const std::string& key, std::string& member) {
    if (!value.is_string()) return complain(key, "must be text");
    member = value.get<std::string>();
  }

  void read(const Json& value, const std::string& key, bool& member) {
    if (!value.is_boolean()) return complain(key, "must be true or false");
    member = value.get<bool>();
  }

  void read(const Json& value, const std::string& key, std::uint16_t& member) {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 65535)
      return complain(key, "must be a port, 0 to 65535");
    member = value.get<std::uint16_t>();
  }

  void read(const Json& value, const std::string& key, std::optional<std::uint64_t>& member) {
    if (value.is_null()) return member.reset();
    if (!value.is_number_unsigned()) return complain(key, "must be a whole number");
    member = value.get<std::uint64_t>();
  }

  void read(const Json& value, const std::string& key, std::optional<double>& member) {
    if (value.is_null()) return member.reset();
    if (!value.is_number()) return complain(key, "must be a number");
    member = value.get<double>();
  }

  void read(const Json& value, const std::string& key, std::vector<std::string>& member) {
    if (!value.is_array() || !std::ranges::all_of(value, [](const Json& e) { return e.is_string(); }))
      return complain(key, "must be a list of texts");
    member = value.get<std::vector<std::string>>();
  }

  void read(const Json& value, const std::string& key, std::map<std::string, std::string>& member) {
    if (!value.is_object() || !std::ranges::all_of(value, [](const Json& e) { return e.is_string(); }))
      return complain(key, "must be an object of texts");
    member = value.get<std::map<std::string, std::string>>();
  }

  void read(const Json& value, const std::string& key, JsonMembers member) {
    if (!value.is_object()) return complain(key, "must be an object");
    for (const auto& [name, json] : value.items()) {
      if (std::ranges::find(kEncodersMembers, name) != kEncodersMembers.end())
        return complain(key + '.' + name, "is the broker's own to say");
      member.texts[name] = json.dump();
    }
  }

  template <typename Enum>
  requires std::is_enum_v<Enum>
  void read(const Json& value, const std::string& key, Enum& member) {
    const std::string said = value.is_string() ? value.get<std::string>() : std::string();
    if (const auto choice = choice_of<Enum>(said))
      member = *choice;
    else
      complain(key, choice_fault<Enum>(said));
  }

  template <typename Entry>
  requires std::is_class_v<Entry>
  void read(const Json& value, const std::string& key, std::vector<Entry>& member) {
    if (!value.is_array()) return complain(key, "must be a list");
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < value.size(); ++i) {
      Entry entry{};
      read(value[i], key + '[' + std::to_string(i) + ']', entry);
      entries.push_back(std::move(entry));
    }
    member = std::move(entries);
  }

  template <typename Object>
  requires std::is_class_v<Object>
  void read(const Json& value, const std::string& key, Object& member) {
    FieldReader inner(value, path_ + key + '.', file_);
    visit_fields(inner, member);
    if (const Status status = inner.status(); !status && !error_) error_ = status.error();
  }

  const Json& object_;
  const std::string path_;
  const std::string_view file_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

tl::unexpected<Error> wrong(std::string_view file, std::string_view what) {
  return fail(ErrorKind::invalid_request, ErrorSource::config, std::string(file) + ": " + std::string(what));
}

// What no type says.
Status check(const BackendProfile& profile, std::string_view file) {
  if (profile.name.empty()) return wrong(file, "'name' is missing");
  if (profile.apis.empty()) return wrong(file, "'apis' must name at least one");
  if (!profile.offers(profile.api))
    return wrong(file, "'api' is " + std::string(word_of(profile.api)) + ", which 'apis' does not list");
  if (profile.server.concurrent_calls_max == 0u)
    return wrong(file, "'server.concurrent_calls_max' must be at least 1; leave it out for any number");
  return {};
}

struct FamilyList {
  std::vector<ModelFamily> families;
};

template <typename Visitor>
void visit_fields(Visitor& field, FamilyList& list) {
  field("families", list.families, "");
}

}  // namespace

Status read_profile(const Json& object, std::string_view file, BackendProfile& profile) {
  // A file's own families are asked before those it is laid over.
  std::vector<ModelFamily> below = std::move(profile.model_families);
  profile.model_families.clear();
  const Json given = object.is_object() ? object : Json();
  if (given.contains("apis")) profile.apis.clear();
  FieldReader reader(object, "", file);
  visit_fields(reader, profile);
  profile.model_families.insert(profile.model_families.end(), below.begin(), below.end());
  if (const Status status = reader.status(); !status) return status;
  if (given.contains("apis") && !given.contains("api") && !profile.apis.empty())
    profile.api = profile.apis.front().api;
  return check(profile, file);
}

Result<std::vector<ModelFamily>> read_model_families(std::string_view json_text, std::string_view file) {
  const Json root = parse_json(json_text, JsonComments::ignored);
  if (root.is_discarded()) return wrong(file, "not valid JSON");
  FamilyList list;
  FieldReader reader(root, "", file);
  visit_fields(reader, list);
  if (const Status status = reader.status(); !status) return tl::unexpected(status.error());
  return std::move(list.families);
}

}  // namespace anyclaude
