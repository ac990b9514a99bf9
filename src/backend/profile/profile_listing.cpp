#include "backend/profile/profile_listing.h"

#include <algorithm>
#include <array>

#include "backend/profile/profile_reader.h"

namespace anyclaude {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

std::string apis_of(const BackendProfile& profile) {
  std::vector<std::string> words;
  for (const ApiEndpoint& endpoint : profile.apis) {
    std::string word = endpoint.api == Api::openai ? "openai" : "anthropic";
    if (endpoint.lane == Lane::verbatim) word += " (verbatim)";
    words.push_back(std::move(word));
  }
  return joined(words, ", ");
}

std::string cached_tokens_of(const BackendProfile& profile) {
  switch (profile.reply.cached_tokens) {
    case CachedTokens::reported:
      return "reported";
    case CachedTokens::with_flag:
      return "with " + profile.reply.cached_tokens_flag;
    case CachedTokens::never:
      break;
  }
  return "never";
}

std::string address_of(const BackendProfile& profile) {
  return profile.default_base_url.empty() ? "(yours)" : profile.default_base_url;
}

std::string terminal_table(const BackendProfiles& profiles) {
  using Row = std::array<std::string, 5>;
  std::vector<Row> rows{{"MODE", "DEFAULT ADDRESS", "APIS", "CACHED TOKENS", "ALIASES"}};
  for (const BackendProfile& profile : profiles.all())
    rows.push_back({profile.name, address_of(profile), apis_of(profile), cached_tokens_of(profile),
                    joined(profile.aliases, ", ")});
  std::array<std::size_t, 5> widths{};
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

std::string yes_or(bool yes, std::string_view otherwise) {
  return yes ? "yes" : std::string(otherwise);
}

std::string code(const std::string& text) {
  return text.empty() ? std::string() : "`" + text + "`";
}

std::string images_of(const BackendProfile& profile) {
  switch (profile.request.images) {
    case ImageSupport::none:
      return "no";
    case ImageSupport::base64:
      return "base64";
    case ImageSupport::base64_and_url:
      break;
  }
  return "base64 and URL";
}

std::string tool_choice_of(const BackendProfile& profile) {
  switch (profile.request.tool_choice) {
    case ToolChoiceSupport::none:
      return "said in words";
    case ToolChoiceSupport::words:
      return "by name said in words";
    case ToolChoiceSupport::full:
      break;
  }
  return "yes";
}

std::string counting_of(const BackendProfile& profile) {
  return yes_or(profile.server.token_count != TokenCounting::none, "estimated");
}

std::string markdown_rows(const BackendProfiles& profiles) {
  std::string text =
      "| mode | default address | APIs | cached tokens | images | tool_choice | tools streamed | token "
      "count exact |\n|---|---|---|---|---|---|---|---|\n";
  for (const BackendProfile& profile : profiles.all()) {
    const bool verbatim = profile.lane() == Lane::verbatim;
    const bool streamed = profile.request.tool_replies == ToolReplies::streamed;
    text += "| [" + profile.name + "](#" + profile.name + ") | " + address_of(profile) + " | " +
            apis_of(profile) + " | " + cached_tokens_of(profile) + " | ";
    text += verbatim ? "as sent | as sent | as sent | as answered |\n"
                     : images_of(profile) + " | " + tool_choice_of(profile) + " | " +
                           yes_or(streamed, "no: asked for whole") + " | " + counting_of(profile) + " |\n";
  }
  return text;
}

std::string markdown_section(const BackendProfile& profile) {
  std::string text = "\n## " + profile.name + "\n\n" + profile.description + ".";
  if (!profile.aliases.empty()) text += " Also called " + joined(profile.aliases, ", ") + ".";
  text += "\n";
  if (!profile.notes.empty()) text += "\n";
  for (const std::string& note : profile.notes) text += "* " + note + "\n";
  if (!profile.launch.arguments.empty()) {
    text += "\nStarted with " + code(joined(profile.launch.arguments, " "));
    for (const auto& [name, value] : profile.launch.environment)
      text += ", " + code(name + "=" + value) + " in its environment";
    text += "; its log is " + code("~/.anyclaude/logs/" + profile.launch.log_file) + ".\n";
  }
  return text;
}

constexpr std::string_view kMarkdownHead = R"(# Backends

Made from [config/backends](../config/backends) by `anyclaude-broker --list-backends=markdown`; a test holds it to that. A
file of your own in `~/.anyclaude/backends/` (or where `profiles_dir` says) changes what it names of a known profile, or
adds a new one: `extends` names the one it starts from, and [the schema](../config/backend_profile.schema.json) lists every
member. `"api": "anthropic"` in a backend's entry chooses the native endpoint where there are two.

Sampling: the client sends none, so the broker says what the makers of the model advise, by the model's name
([model families](../config/model_families.json)); `"sampling_presets": "off"` leaves it to the server.

)";

}  // namespace

std::string list_profiles(const BackendProfiles& profiles, ListingForm form) {
  if (form == ListingForm::schema) return profile_schema().dump(2) + "\n";
  if (form == ListingForm::table) return terminal_table(profiles);
  std::string text(kMarkdownHead);
  text += markdown_rows(profiles);
  for (const BackendProfile& profile : profiles.all()) text += markdown_section(profile);
  return text;
}

}  // namespace anyclaude
