// A decoder of replies from servers that speak Anthropic's interface.
#pragma once

#include <string>
#include <string_view>

#include "tests/backend/decoding.h"
#include "tests/fakes/native_profile.h"

namespace anyclaude {

class NativeDecoding : public Decoding {
 public:
  explicit NativeDecoding(std::string_view mode = "llama-cpp", std::string_view type = kEventStream,
                          std::span<const Tool> tools = {}, RescueMode rescue = RescueMode::on)
      : Decoding(type, {"END"}, tools, rescue, native_profile(std::string(mode))) {}
};

// One that has read this reply to its end.
class NativeReply : public NativeDecoding {
 public:
  explicit NativeReply(std::string_view body, std::string_view mode = "llama-cpp",
                       UpstreamEnd how = UpstreamEnd::complete)
      : NativeDecoding(mode) {
    feed(body).end(how);
  }
};

}  // namespace anyclaude
