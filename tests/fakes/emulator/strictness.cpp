#include "fakes/emulator/strictness.h"

#include <algorithm>
#include <array>
#include <set>

#include "tools/simserver/json_reading.h"

namespace anyclaude::emulators {
namespace {

using sim::Json;
using sim::member_of;
using sim::string_member;
using MaybeObjection = std::optional<Objection>;

constexpr std::array kTypedFields = {"model",
                                     "stream",
                                     "stream_options",
                                     "max_tokens",
                                     "max_completion_tokens",
                                     "temperature",
                                     "top_p",
                                     "top_k",
                                     "stop",
                                     "tools",
                                     "tool_choice",
                                     "parallel_tool_calls",
                                     "cache_prompt",
                                     "chat_template_kwargs"};

constexpr std::array kOpenAiFields = {"model",
                                      "messages",
                                      "tools",
                                      "tool_choice",
                                      "parallel_tool_calls",
                                      "max_tokens",
                                      "temperature",
                                      "top_p",
                                      "stop",
                                      "max_completion_tokens",
                                      "stream",
                                      "stream_options",
                                      "user",
                                      "seed",
                                      "response_format",
                                      "reasoning_effort",
                                      "n",
                                      "store",
                                      "metadata",
                                      "logprobs",
                                      "top_logprobs",
                                      "prompt_cache_key",
                                      "frequency_penalty",
                                      "presence_penalty"};

// What the simulated Anthropic signs its thinking with.
constexpr std::string_view kOwnSignature = "simserver:";

class Judge {
 public:
  Judge(const Json& body, const Quirks& quirks) : body_(body), quirks_(quirks) {}

  MaybeObjection judge() const {
    for (const auto check : {&Judge::nulls, &Judge::unknown_fields, &Judge::stream_options, &Judge::settings,
                             &Judge::tools, &Judge::tool_choice, &Judge::messages}) {
      if (auto objection = (this->*check)()) return objection;
    }
    return std::nullopt;
  }

 private:
  MaybeObjection object(std::string reason) const {
    return Objection{Consequence::error_reply, quirks_.bad_request_status, std::move(reason)};
  }

  MaybeObjection nulls() const {
    if (quirks_.nulls == Nulls::accepted) return std::nullopt;
    for (const char* name : kTypedFields) {
      const auto found = body_.find(name);
      if (found == body_.end() || !found->is_null()) continue;
      MaybeObjection objection = object(std::string(name) + " must not be null");
      if (quirks_.nulls == Nulls::connection_dropped)
        objection->consequence = Consequence::connection_dropped;
      if (quirks_.null_status != 0) objection->status = quirks_.null_status;
      return objection;
    }
    return std::nullopt;
  }

  MaybeObjection unknown_fields() const {
    if (quirks_.unknown_fields == UnknownFields::ignored) return std::nullopt;
    for (const auto& [name, value] : body_.items()) {
      if (std::ranges::find(kOpenAiFields, name) == kOpenAiFields.end())
        return object("Unrecognized request argument supplied: " + name);
    }
    return std::nullopt;
  }

  MaybeObjection stream_options() const {
    const auto options = body_.find("stream_options");
    if (options == body_.end()) return std::nullopt;
    if (!sim::is_true(member_of(body_, "stream"))) return object("stream_options without stream");
    if (quirks_.empty_stream_options == EmptyStreamOptions::accepted || options->contains("include_usage"))
      return std::nullopt;
    MaybeObjection objection = object("stream_options without include_usage");
    objection->consequence = Consequence::stream_cut;
    return objection;
  }

  MaybeObjection settings() const {
    for (const char* name : {"max_tokens", "max_completion_tokens"}) {
      const Json& value = member_of(body_, name);
      if (!value.is_null() && (!value.is_number_unsigned() || value < 1))
        return object(std::string(name) + " must be a whole number of at least 1");
    }
    if (const Json& stop = member_of(body_, "stop"); !stop.is_null() && !stop.is_string() && !stop.is_array())
      return object("stop must be a string or a list of strings");
    return std::nullopt;
  }

  MaybeObjection tools() const {
    const Json& tools = member_of(body_, "tools");
    if (tools.is_null()) return std::nullopt;
    if (!tools.is_array() || tools.empty()) return object("tools must be a list that is not empty");
    for (const Json& tool : tools) {
      const Json& function = member_of(tool, "function");
      if (string_member(tool, "type") != "function" || string_member(function, "name").empty())
        return object("a tool must be a function with a name");
      const Json& parameters = member_of(function, "parameters");
      if (string_member(parameters, "type") != "object" || !member_of(parameters, "properties").is_object())
        return object("parameters of " + string_member(function, "name") +
                      " need type object and properties");
    }
    return std::nullopt;
  }

  MaybeObjection tool_choice() const {
    const Json& choice = member_of(body_, "tool_choice");
    if (choice.is_null()) return std::nullopt;
    if (!choice.is_string() && !choice.is_object())
      return object("tool_choice must be a string or an object");
    if (member_of(body_, "tools").is_null()) return object("tool_choice without tools");
    if (quirks_.tool_choices == ToolChoices::strings_only && !choice.is_string()) {
      return object("Invalid tool_choice type: 'object'. Supported string values: none, auto, required");
    }
    return std::nullopt;
  }

  MaybeObjection messages() const {
    const Json& messages = member_of(body_, "messages");
    if (!messages.is_array() || messages.empty()) return object("messages must be a list that is not empty");
    std::set<std::string> open_calls;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (auto objection = message(messages[i], i)) return objection;
      if (auto objection = call_order(messages[i], open_calls)) return objection;
    }
    if (!open_calls.empty()) return object("a tool call has no result");
    return std::nullopt;
  }

  MaybeObjection message(const Json& message, std::size_t index) const {
    const std::string role = string_member(message, "role");
    static const std::set<std::string> kRoles = {"system", "user", "assistant", "tool"};
    if (!kRoles.contains(role)) return object("unknown role '" + role + "'");
    if (role == "system" && index > 0 && quirks_.system == SystemMessages::first_only)
      return object("System message must be at the beginning.");
    const Json& content = member_of(message, "content");
    const bool calls = !member_of(message, "tool_calls").is_null();
    if (calls && !content.is_null() && quirks_.text_with_calls == TextWithCalls::refused)
      return object("Value error, Cannot have both tool_calls and content.");
    if (content.is_null()) {
      return calls ? std::nullopt : object("Content cannot be None for role \"" + role + "\".");
    }
    if (content.is_string()) return std::nullopt;
    if (!content.is_array()) return object("content must be a string or a list of parts");
    if (quirks_.parts == ContentParts::strings_only) return object("content: Input should be a valid string");
    return parts(content, role);
  }

  MaybeObjection parts(const Json& parts, const std::string& role) const {
    for (const Json& part : parts) {
      const std::string type = string_member(part, "type");
      if (type == "text" && member_of(part, "text").is_string()) continue;
      if (type != "image_url") return object("unknown part type '" + type + "'");
      if (role != "user") return object("images are taken in user messages only, not in '" + role + "'");
      if (auto objection = image(string_member(member_of(part, "image_url"), "url"))) return objection;
    }
    return std::nullopt;
  }

  MaybeObjection image(const std::string& url) const {
    const bool is_data = url.starts_with("data:");
    if (url.empty()) return object("image_url has no url");
    if (quirks_.images == Images::any || (is_data && quirks_.images == Images::data_urls))
      return std::nullopt;
    MaybeObjection objection = object(image_words());
    objection->status = quirks_.image_status;
    objection->blame = Objection::Blame::nobody;
    return objection;
  }

  std::string image_words() const {
    if (quirks_.parts != ContentParts::text_only) return "image input is not supported";
    return quirks_.errors == ErrorWords::string ? "Only 'text' content type is supported."
                                                : "Text only template only support string contents.";
  }

  // Each call is answered at once, in messages of their own, before anybody says anything else.
  MaybeObjection call_order(const Json& message, std::set<std::string>& open_calls) const {
    if (string_member(message, "role") == "tool") {
      const std::string id = string_member(message, "tool_call_id");
      if (open_calls.erase(id) == 0) return object("a tool result answers no open call: '" + id + "'");
      return std::nullopt;
    }
    if (!open_calls.empty()) {
      return object("an assistant message with tool_calls must be followed by tool messages to each of them");
    }
    const Json& calls = member_of(message, "tool_calls");
    if (calls.is_array() && calls.empty()) return object("tool_calls must not be empty");
    for (const Json& call : calls) {
      const Json& arguments = member_of(member_of(call, "function"), "arguments");
      if (!arguments.is_string() || !Json::accept(arguments.get<std::string>()))
        return object("the arguments of a tool call must be JSON text");
      if (!open_calls.insert(string_member(call, "id")).second) return object("two tool calls share an id");
    }
    return std::nullopt;
  }

  const Json& body_;
  const Quirks& quirks_;
};

}  // namespace

std::optional<Objection> find_objection(const Json& body, const Quirks& quirks) {
  return Judge(body, quirks).judge();
}

std::optional<Objection> find_messages_objection(const Json& body, const Quirks& quirks) {
  const Json& messages = member_of(body, "messages");
  if (!messages.is_array()) return std::nullopt;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Json& content = member_of(messages[i], "content");
    if (!content.is_array()) continue;
    for (std::size_t j = 0; j < content.size(); ++j) {
      if (string_member(content[j], "type") != "thinking") continue;
      if (string_member(content[j], "signature").starts_with(kOwnSignature)) continue;
      return Objection{Consequence::error_reply, quirks.bad_request_status,
                       "messages." + std::to_string(i) + ".content." + std::to_string(j) +
                           ": Invalid `signature` in `thinking` block"};
    }
  }
  return std::nullopt;
}

}  // namespace anyclaude::emulators
