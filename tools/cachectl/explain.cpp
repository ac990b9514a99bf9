#include <algorithm>

#include "metrics/ledger.h"
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

// What cost most: a prompt that the server no longer held, else the place where the two part.
enum class Eviction { looked_for, out_of_question };
Reason reason_of(const PromptTrace& newer, const std::optional<Divergence>& divergence, Eviction eviction) {
  if (eviction == Eviction::looked_for && looks_evicted(newer.expected_tokens, newer.reused_tokens))
    return reason_in(kRereadReasons, RereadReason::server_evicted);
  return reason_in(kRereadReasons, divergence ? divergence->reason : RereadReason::prompt_grew);
}

nlohmann::ordered_json as_json(const PromptTrace& older, const PromptTrace& newer,
                               const std::optional<Divergence>& divergence, const Reason& reason) {
  nlohmann::ordered_json out = {{"request", newer.request_id},
                                {"compared_with", older.request_id},
                                {"prompt_tokens", newer.prompt_tokens},
                                {"reused_tokens", newer.reused_tokens},
                                {"expected_tokens", newer.expected_tokens},
                                {"reason", reason.name},
                                {"happened", reason.happened},
                                {"remedy", reason.remedy}};
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
  out["rule"] = divergence->rule;
  return out;
}

void print_text(std::ostream& out, const PromptTrace& older, const PromptTrace& newer,
                const std::optional<Divergence>& divergence, const Reason& reason) {
  out << newer.request_id << " compared with " << older.request_id << '\n';
  if (newer.prompt_tokens > 0)
    out << "the server read " << newer.prompt_tokens - std::min(newer.reused_tokens, newer.prompt_tokens)
        << " of " << newer.prompt_tokens << " tokens and held " << newer.reused_tokens << "; "
        << newer.expected_tokens << " were expected\n";
  out << reason.name << ": " << reason.happened << "\nremedy: " << reason.remedy << '\n';
  if (!divergence) return;
  out << "they part in " << divergence->layer << ' ' << printable(divergence->segment);
  if (divergence->line > 0) out << ", line " << divergence->line;
  out << "; what stands behind is about " << tokens_of(divergence->bytes_behind, newer)
      << " tokens (estimated)\n";
  if (!divergence->line_before.empty()) out << "    " << printable(divergence->line_before) << '\n';
  out << "  - " << printable(divergence->old_line) << '\n'
      << "  + " << printable(divergence->new_line) << '\n';
  if (!divergence->rule.empty())
    out << "rule that would have helped: " << printable(divergence->rule) << '\n';
}

ExitCode print(const Session& session, const PromptTrace& older, const PromptTrace& newer,
               Eviction eviction) {
  const auto divergence = find_divergence(older, newer);
  const Reason reason = reason_of(newer, divergence, eviction);
  if (session.format == OutputFormat::json)
    print_json(session.console.out, as_json(older, newer, divergence, reason));
  else
    print_text(session.console.out, older, newer, divergence, reason);
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
  return print(session, *nearest, *prompt, Eviction::looked_for);
}

ExitCode diff_prompts(const Session& session, const std::string& older, const std::string& newer) {
  const auto left = find_prompt(session.store.states(), older);
  if (!left) return not_found(session, left.error());
  const auto right = find_prompt(session.store.states(), newer);
  if (!right) return not_found(session, right.error());
  return print(session, *left, *right, Eviction::out_of_question);
}

}  // namespace anyclaude::cachectl
