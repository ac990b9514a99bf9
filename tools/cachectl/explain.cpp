#include <algorithm>

#include "prompt/trace/divergence.h"
#include "tools/cachectl/prompt_source.h"
#include "tools/cachectl/prompt_verbs.h"
#include "tools/cachectl/report.h"

namespace anyclaude::cachectl {
namespace {

// Bytes are what the broker knows; where the server counted the prompt, tokens follow from it.
std::uint64_t tokens_of(std::uint64_t bytes, const PromptTrace& trace) {
  constexpr double kBytesPerToken = 3.6;
  const std::uint64_t all = trace.bytes();
  if (trace.prompt_tokens == 0 || all == 0)
    return static_cast<std::uint64_t>(static_cast<double>(bytes) / kBytesPerToken);
  return static_cast<std::uint64_t>(static_cast<double>(bytes) * static_cast<double>(trace.prompt_tokens) /
                                    static_cast<double>(all));
}

nlohmann::ordered_json as_json(const PromptTrace& older, const PromptTrace& newer,
                               const std::optional<Divergence>& divergence) {
  nlohmann::ordered_json out = {{"request", newer.request_id},
                                {"compared_with", older.request_id},
                                {"prompt_tokens", newer.prompt_tokens},
                                {"reused_tokens", newer.reused_tokens},
                                {"expected_tokens", newer.expected_tokens}};
  if (!divergence) {
    out["diverges"] = false;
    return out;
  }
  out["diverges"] = true;
  out["layer"] = divergence->layer;
  out["segment"] = divergence->segment;
  out["line"] = divergence->line;
  out["line_before"] = divergence->line_before;
  out["old"] = divergence->old_line;
  out["new"] = divergence->new_line;
  out["cost_tokens_estimated"] = tokens_of(divergence->bytes_behind, newer);
  out["rule"] = divergence->advice;
  return out;
}

void print_text(std::ostream& out, const PromptTrace& older, const PromptTrace& newer,
                const std::optional<Divergence>& divergence) {
  out << newer.request_id << " compared with " << older.request_id << '\n';
  if (newer.prompt_tokens > 0)
    out << "the server read " << newer.prompt_tokens - std::min(newer.reused_tokens, newer.prompt_tokens)
        << " of " << newer.prompt_tokens << " tokens and held " << newer.reused_tokens << "; "
        << newer.expected_tokens << " were expected\n";
  if (!divergence) {
    out << "it begins with all of that prompt: what is new stands behind it\n";
    return;
  }
  out << "they part in " << divergence->layer << ' ' << printable(divergence->segment);
  if (divergence->line > 0) out << ", line " << divergence->line;
  out << "; what stands behind is about " << tokens_of(divergence->bytes_behind, newer)
      << " tokens (estimated)\n";
  if (!divergence->line_before.empty()) out << "    " << printable(divergence->line_before) << '\n';
  out << "  - " << printable(divergence->old_line) << '\n'
      << "  + " << printable(divergence->new_line) << '\n'
      << "rule that would have helped: " << printable(divergence->advice) << '\n';
}

ExitCode print(const Session& session, const PromptTrace& older, const PromptTrace& newer) {
  const auto divergence = find_divergence(older, newer);
  if (session.format == OutputFormat::json)
    print_json(session.console.out, as_json(older, newer, divergence));
  else
    print_text(session.console.out, older, newer, divergence);
  return ExitCode::done;
}

ExitCode not_found(const Session& session, const Error& error) {
  return report_error(session.console, session.format, name_of(error.kind), error.message,
                      ExitCode::not_as_asked);
}

}  // namespace

ExitCode explain_prompt(const Session& session, const std::string& what) {
  const auto prompt = find_prompt(session.store.states(), what);
  if (!prompt) return not_found(session, prompt.error());
  auto others = recent_traces(session.store.states());
  if (!others) return report_error(session.console, session.format, others.error());
  std::erase_if(*others, [&](const PromptTrace& other) {
    return other.request_id == prompt->request_id || (prompt->at_ms > 0 && other.at_ms > prompt->at_ms);
  });
  const PromptTrace* nearest = most_shared(*others, *prompt);
  if (nearest == nullptr)
    return not_found(session, {ErrorKind::not_found, ErrorSource::store, Retry::never,
                               "No earlier request is kept to compare it with."});
  if (nearest != &others->back() && session.format == OutputFormat::text)
    session.console.out << "since the request it is most like, " << others->back().request_id
                        << " was served: on a server with one slot that alone costs what they do not share\n";
  return print(session, *nearest, *prompt);
}

ExitCode diff_prompts(const Session& session, const std::string& older, const std::string& newer) {
  const auto left = find_prompt(session.store.states(), older);
  if (!left) return not_found(session, left.error());
  const auto right = find_prompt(session.store.states(), newer);
  if (!right) return not_found(session, right.error());
  return print(session, *left, *right);
}

}  // namespace anyclaude::cachectl
