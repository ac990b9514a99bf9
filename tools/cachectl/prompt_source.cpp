#include "tools/cachectl/prompt_source.h"

#include <simdjson.h>
#include <fstream>
#include <sstream>

#include "messages/json/json_document.h"
#include "storage/store_secrets.h"

namespace anyclaude::cachectl {
namespace {

tl::unexpected<Error> refuse(std::string message) {
  return fail(ErrorKind::not_found, ErrorSource::client, std::move(message));
}

// The text of the member "body" of a recording; the whole text of anything else.
Result<std::string> body_text(std::string text) {
  auto document = JsonDocument::parse(std::move(text));
  if (!document) return tl::unexpected(document.error());
  simdjson::dom::element body;
  if (document->root().is_object() && document->root().at_key("body").get(body) == simdjson::SUCCESS)
    return canonical_json(body);
  return std::string(document->body());
}

}  // namespace

Result<MessagesRequest> read_request_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text) return refuse("There is no kept request \"" + file + "\", and no file of that name.");
  auto body = body_text(text.str());
  if (!body) return tl::unexpected(body.error());
  const auto document = JsonDocument::parse(std::move(*body));
  if (!document) return tl::unexpected(document.error());
  return parse_messages_request(*document, RequestPurpose::count_tokens);
}

Result<PromptTrace> find_prompt(StateStore& states, const std::string& what) {
  auto kept = recent_traces(states);
  if (!kept) return tl::unexpected(kept.error());
  const PromptTrace* found = nullptr;
  for (const PromptTrace& trace : *kept) {
    if (!trace.request_id.starts_with(what)) continue;
    if (found != nullptr) return refuse("More than one kept request begins with \"" + what + "\".");
    found = &trace;
  }
  if (found != nullptr) return *found;

  auto request = read_request_file(what);
  if (!request) return tl::unexpected(request.error());
  const auto secrets = load_or_create_secrets(states);
  if (!secrets) return tl::unexpected(secrets.error());
  PromptOrderer layer(states, secrets->primary);
  layer.order(*request, {"local", {}, {}, Learning::forbidden});
  PromptTrace trace = trace_prompt(*request, TraceDetail::full, secrets->primary);
  trace.request_id = what;
  return trace;
}

}  // namespace anyclaude::cachectl
