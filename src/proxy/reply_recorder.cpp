#include "proxy/reply_recorder.h"

#include "base/bounded_json.h"
#include "messages/events/reply_json.h"
#include "messages/request/body_tokens.h"
#include "proxy/exchange_key.h"
#include "scheduler/router.h"

namespace anyclaude {
namespace {

using Json = WholeMessage::Json;

std::uint64_t usage_figure(const Json& message, const char* name) {
  const auto usage = message.find("usage");
  if (usage == message.end() || !usage->is_object()) return 0;
  const auto figure = usage->find(name);
  return figure != usage->end() && figure->is_number_unsigned() ? figure->get<std::uint64_t>() : 0;
}

std::vector<OfferedTool> offered_tools(const Exchange& exchange) {
  std::vector<OfferedTool> offered;
  if (!exchange.parsed) return offered;
  for (const Tool& tool : exchange.parsed->tools)
    offered.push_back({tool.name, std::string(tool.input_schema.meaning())});
  return offered;
}

}  // namespace

MessageCompleteness ReplyRecorder::completeness() const {
  return whole_ ? MessageCompleteness::complete : assembler_.completeness();
}

void ReplyRecorder::on_event(std::string_view name, std::string_view data_json) {
  assembler_.feed(name, data_json);
  if (assembler_.is_too_deep()) note_too_deep();
}

void ReplyRecorder::on_whole_message(std::string_view body_json) {
  auto message = WholeMessage::parse(body_json);
  if (!message && is_json_too_deep(body_json)) return note_too_deep();
  if (message && string_or_empty(message->json, "type") == "message" && message->json.contains("content"))
    whole_ = std::move(message);
}

// What is nested so deep is never whole here, so that admit() does not come to it.
void ReplyRecorder::note_too_deep() {
  if (exchange_.may_store()) exchange_.entry.admission = name_of(AdmissionVerdict::too_deep);
}

std::uint64_t ReplyRecorder::estimated_tokens() const {
  const auto content = message().find("content");
  if (content == message().end()) return 0;
  return tokens_of_body(content->dump(-1, ' ', false, Json::error_handler_t::replace).size());
}

AdmissionVerdict ReplyRecorder::verdict(PromptFit fit) const {
  if (fit == PromptFit::cut) return AdmissionVerdict::prompt_cut_short;
  if (fit == PromptFit::uncertain) return AdmissionVerdict::prompt_may_be_cut;
  return judge(completeness(), message(), offered_tools(exchange_));
}

StoredResponse ReplyRecorder::to_stored(const UpstreamReport& report) const {
  const Json& json = message();
  const auto now = parts_.clock.system_now();
  StoredResponse stored;
  stored.message_json = whole().text_without_id();
  stored.model = exchange_.identity.model.empty() ? exchange_.canonical->model : exchange_.identity.model;
  stored.canonical_sha256 = canonical_sha256_of(parts_, exchange_);
  stored.created_at_ms = unix_milliseconds(now);
  stored.expires_at_ms = unix_milliseconds(now + parts_.cache.ttl);
  stored.producer_revision = producer_revision(exchange_.settings().rescue);
  stored.input_tokens = report.prompt_tokens.value_or(usage_figure(json, "input_tokens") +
                                                      usage_figure(json, "cache_read_input_tokens") +
                                                      usage_figure(json, "cache_creation_input_tokens"));
  stored.output_tokens = usage_figure(json, "output_tokens");
  stored.generation_ms = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.steady_now() - exchange_.received_at)
          .count());
  return stored;
}

void ReplyRecorder::admit(const UpstreamReport& report, PromptFit fit) {
  if (admitted_ || !exchange_.may_store() || parts_.cache.mode == CacheMode::read_only) return;
  admitted_ = true;
  const AdmissionVerdict found = verdict(fit);
  exchange_.entry.admission = name_of(found);
  if (found != AdmissionVerdict::admitted) return;
  const auto write = parts_.store.begin_write(*exchange_.key);
  if (const Status status = write->commit(to_stored(report)); !status) {
    parts_.ledger.count_store_error();
    parts_.log.warn("{} the answer was not stored: {}", exchange_.request_id, status.error().message);
    return;
  }
  if (exchange_.may_learn()) parts_.projects.note(exchange_.key->primary, exchange_.working_directory);
}

}  // namespace anyclaude
