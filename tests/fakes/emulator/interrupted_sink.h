// A reply that breaks off in the middle.
#pragma once

#include <string>

#include "http/server/response_writer.h"
#include "tools/simserver/reply_sink.h"

namespace anyclaude::emulators {

// Passes everything on up to the third piece of text, then ends the reply as an error event, or by closing
// the connection when there is none. A reply that is sent whole never begins.
class InterruptedSink final : public sim::ReplySink {
 public:
  InterruptedSink(sim::ReplySink& inner, ResponseWriter& writer, std::string error_event)
      : inner_(inner), writer_(writer), error_event_(std::move(error_event)) {}

  Status progress(const sim::PrefillProgress& progress) override { return inner_.progress(progress); }
  Status begin(const sim::PromptReport& report) override { return inner_.begin(report); }
  Status thinking(std::string_view piece) override { return inner_.thinking(piece); }
  Status text(std::string_view piece) override {
    return ++pieces_ < kPiecesBeforeEnd ? inner_.text(piece) : interrupt();
  }
  Status begin_tool_call(std::size_t index, std::string_view name) override {
    return inner_.begin_tool_call(index, name);
  }
  Status tool_arguments(std::size_t index, std::string_view piece) override {
    return inner_.tool_arguments(index, piece);
  }
  Status finish(const sim::GenerationReport&) override { return interrupt(); }

 private:
  static constexpr int kPiecesBeforeEnd = 3;

  Status interrupt() {
    if (writer_.started() && !error_event_.empty()) {
      static_cast<void>(writer_.write(error_event_));
      static_cast<void>(writer_.finish());
    } else {
      writer_.abort();
    }
    return fail(ErrorKind::cancelled, ErrorSource::upstream, "interrupted as the test asked");
  }

  sim::ReplySink& inner_;
  ResponseWriter& writer_;
  const std::string error_event_;
  int pieces_ = 0;
};

}  // namespace anyclaude::emulators
