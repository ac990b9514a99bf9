// Requests for tests, written as the JSON that a client sends.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "messages/json/json_document.h"
#include "messages/request/messages_request.h"

namespace anyclaude {

inline MessagesRequest request_from(std::string body) {
  const auto document = JsonDocument::parse(std::move(body));
  if (!document) {
    ADD_FAILURE() << document.error().message;
    return {};
  }
  auto request = parse_messages_request(*document);
  if (!request) {
    ADD_FAILURE() << request.error().message;
    return {};
  }
  return std::move(*request);
}

// A request with these messages (the text between the brackets) and further members.
inline MessagesRequest request_with(const std::string& messages, const std::string& more = "") {
  return request_from(R"({"model":"claude-opus","max_tokens":100,"messages":[)" + messages + "]" +
                      (more.empty() ? "" : "," + more) + "}");
}

}  // namespace anyclaude
