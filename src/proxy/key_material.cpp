#include "proxy/key_material.h"

#include <algorithm>

#include "canonical/header_use.h"
#include "http/wire/header_syntax.h"

namespace anyclaude {
namespace {

void join(std::string& lines, std::string_view line) {
  if (!lines.empty()) lines += ", ";
  lines += line;
}

void add_line(KeyMaterial& material, const HeaderField& field) {
  if (equals_ignoring_case(field.name, "anthropic-beta")) return join(material.anthropic_beta, field.value);
  if (equals_ignoring_case(field.name, "anthropic-version"))
    return join(material.anthropic_version, field.value);
  switch (header_use(field.name, field.value)) {
    case HeaderUse::neutral:
      break;
    case HeaderUse::keyed:
      material.headers.push_back({ascii_lower(field.name), field.value});
      break;
    case HeaderUse::credential:
      material.credentials.push_back({ascii_lower(field.name), field.value});
      break;
  }
}

}  // namespace

KeyMaterial key_material(const HttpRequest& request, const HeaderFields& upstream) {
  KeyMaterial material;
  for (const HeaderField& field : upstream) add_line(material, field);
  for (const HeaderField& field : request.headers)
    if (equals_ignoring_case(field.name, "proxy-authorization")) add_line(material, field);
  // The order of fields with different names says nothing; that of one name's lines does.
  std::ranges::stable_sort(material.headers, {}, &HeaderLine::name);
  std::ranges::stable_sort(material.credentials, {}, &HeaderLine::name);
  const std::size_t question_mark = request.target.find('?');
  if (question_mark != std::string::npos)
    material.query = keyed_query(std::string_view(request.target).substr(question_mark + 1));
  return material;
}

}  // namespace anyclaude
