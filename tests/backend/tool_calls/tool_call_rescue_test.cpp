#include "backend/tool_calls/tool_call_rescue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/limits.h"
#include "tests/backend/tool_offers.h"

namespace anyclaude {
namespace {

struct Heard : ToolCallSink {
  void on_text(std::string_view text) override { all += text; }
  void on_thinking(std::string_view text) override { all.append("(").append(text).append(")"); }
  void on_call(const RescuedCall& call) override {
    all.append("{").append(call.name).append(call.input_json).append("}");
    ++calls;
  }
  std::string all;
  std::size_t calls = 0;
};

struct Rescuing {
  Rescuing& feed(std::string_view text) {
    rescue.feed(text);
    return *this;
  }
  std::string end(TextOutcome outcome = TextOutcome::whole) {
    rescue.finish(outcome);
    return heard.all;
  }
  OfferedTools tools{corpus_tools()};
  Heard heard;
  ToolCallRescue rescue{tools, heard};
};

const std::string kRead = R"({"name": "Read", "arguments": {"file_path": "/a.txt"}})";

RC_GTEST_PROP(ToolCallRescue, TextWithoutAMarkersBeginningIsNeitherChangedNorDelayed, ()) {
  static const std::string kAlphabet = "abcde >]}()\"'.\n\t\\:,=|\xC3";
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::elementOf(kAlphabet)));
  Rescuing rescuing;
  std::string said;
  for (const std::string& piece : pieces) {
    rescuing.feed(piece);
    said += piece;
    RC_ASSERT(rescuing.heard.all == said);
  }
  RC_ASSERT(rescuing.end() == said);
}

const std::vector<std::string>& nasty_fragments() {
  static const std::vector<std::string> kFragments{"<tool_call>",
                                                   "</tool_call>",
                                                   "<function=Read>",
                                                   "<parameter=file_path>",
                                                   "</parameter>",
                                                   "</function>",
                                                   "[TOOL_CALLS]",
                                                   "[TOOL_REQUEST]",
                                                   "[END_TOOL_REQUEST]",
                                                   "Read[ARGS]",
                                                   "functools[",
                                                   "]",
                                                   "<|python_tag|>",
                                                   kRead,
                                                   R"({"file_path": "/a.txt"})",
                                                   "{",
                                                   "}",
                                                   "\"",
                                                   "'",
                                                   "`",
                                                   "```",
                                                   "```json\n",
                                                   "\n",
                                                   " ",
                                                   "word",
                                                   "<|channel|>analysis<|message|>",
                                                   "<|channel|>commentary to=functions.Read<|message|>",
                                                   "<|call|>",
                                                   "<|end|>",
                                                   "<|start|>assistant",
                                                   "<think>",
                                                   "</think>",
                                                   "<|tool_call_begin|>functions.Read:0",
                                                   "<|tool_call_argument_begin|>",
                                                   "<|tool_call_end|>",
                                                   "<start_function_call>call:Read{file_path:",
                                                   "<escape>",
                                                   "}<end_function_call>",
                                                   "Read\n<arg_key>file_path</arg_key>",
                                                   "<arg_value>/a</arg_value>",
                                                   "<"};
  return kFragments;
}

std::string nasty_text() {
  std::string text;
  for (const std::string& fragment :
       *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(nasty_fragments())))
    text += fragment;
  return text;
}

RC_GTEST_PROP(ToolCallRescue, WhatComesOutDoesNotDependOnHowTheTextWasSplit, ()) {
  const std::string text = nasty_text();
  const auto outcome = *rc::gen::element(TextOutcome::whole, TextOutcome::cut);
  Rescuing whole;
  const std::string expected = whole.feed(text).end(outcome);
  Rescuing in_bytes;
  for (const char c : text) in_bytes.feed({&c, 1});
  // Thinking may come in other pieces, which is all that the brackets of Heard tell.
  const auto without_seams = [](std::string all) {
    for (std::size_t at; (at = all.find(")(")) != std::string::npos;) all.erase(at, 2);
    return all;
  };
  RC_ASSERT(without_seams(in_bytes.end(outcome)) == without_seams(expected));
}

RC_GTEST_PROP(ToolCallRescue, TextWithoutACallComesOutByteForByte, ()) {
  const std::string text = nasty_text();
  Rescuing rescuing;
  const std::string out = rescuing.feed(text).end();
  RC_PRE(rescuing.heard.calls == 0 && text.find("<|channel|>") == std::string::npos);
  RC_ASSERT(out == text);
}

TEST(ToolCallRescue, HoldsNoMoreThanWhatMayBeAMarker) {
  Rescuing rescuing;
  EXPECT_EQ(rescuing.feed("if (a <").heard.all, "if (a ");
  EXPECT_EQ(rescuing.feed(" b) <tool").heard.all, "if (a < b) ");
  EXPECT_EQ(rescuing.feed("s>").heard.all, "if (a < b) <tools>");
}

TEST(ToolCallRescue, LetsGoAsSoonAsItCanBeNoCall) {
  Rescuing prose;
  EXPECT_EQ(prose.feed("<tool_call>").heard.all, "");
  EXPECT_EQ(prose.feed(" is ").heard.all, "<tool_call> is ");
  Rescuing fence;
  EXPECT_EQ(fence.feed("```json\n{\n  \"name\": \"left-pad\"").heard.all,
            "```json\n{\n  \"name\": \"left-pad\"");
  Rescuing bare;
  EXPECT_EQ(bare.feed("{\"title\"").heard.all, "{\"title\"");
  Rescuing other_tool;
  EXPECT_EQ(other_tool.feed("[TOOL_CALLS]launch(").heard.all, "[TOOL_CALLS]launch(");
}

TEST(ToolCallRescue, ACallGoesOutWithItsLastByte) {
  Rescuing rescuing;
  rescuing.feed("<tool_call>" + kRead + "</tool_call");
  EXPECT_EQ(rescuing.heard.calls, 0u);
  rescuing.feed(">");
  EXPECT_EQ(rescuing.heard.calls, 1u);
}

std::string long_write(std::size_t bytes) {
  return R"(<tool_call>{"name": "Write", "arguments": {"file_path": "/a", "content": ")" +
         std::string(bytes, 'x') + "\"}}</tool_call>";
}

TEST(ToolCallRescue, ReadsLongCallsOnce) {
  const std::string json = long_write(256 * 1024);
  const std::string tags = "<function=Write><parameter=file_path>/a</parameter><parameter=content>" +
                           std::string(256 * 1024, 'x') + "</parameter></function>";
  for (const std::string& text : {json, tags}) {
    Rescuing rescuing;
    for (std::size_t at = 0; at < text.size(); at += 8) rescuing.feed(std::string_view(text).substr(at, 8));
    rescuing.end();
    EXPECT_EQ(rescuing.heard.calls, 1u);
  }
}

TEST(ToolCallRescue, HoldsABoundedAmount) {
  const std::string text = long_write(limits::kToolCallHoldBytesMax);
  Rescuing in_pieces;
  for (std::size_t at = 0; at < text.size(); at += 4096) {
    in_pieces.feed(std::string_view(text).substr(at, 4096));
    ASSERT_LE(in_pieces.rescue.held_bytes(), limits::kToolCallHoldBytesMax);
  }
  EXPECT_EQ(in_pieces.end(), text);
  Rescuing whole;
  EXPECT_EQ(whole.feed(text).end(), text);
}

TEST(ToolCallRescue, GivesUpOnTextThatKeepsLookingLikeACall) {
  std::string text;
  for (std::size_t i = 0; i < 3 * limits::kToolCallLongMistakesMax; ++i)
    text += R"(<tool_call>{"name": "Read", "arguments": {"file_path": ")" +
            std::string(limits::kToolCallLongMistakeBytes, 'y') + "\"}}";
  Rescuing rescuing;
  EXPECT_EQ(rescuing.feed(text).end(), text);
}

TEST(ToolCallRescue, FindsACallInsideOfWhatBeganLikeOne) {
  Rescuing rescuing;
  const std::string begun = R"(<tool_call>{"name": "Read", "arguments": {"file_path": "/a)";
  rescuing.feed(begun + "<tool_call>" + kRead + "</tool_call>");
  EXPECT_EQ(rescuing.end(), begun + R"({Read{"file_path": "/a.txt"}})");
}

TEST(ToolCallRescue, KeepsTheModelsSpellingOfArgumentsThatFit) {
  Rescuing rescuing;
  rescuing.feed(
      R"(<tool_call>{"arguments": { "limit":1.0,"file_path":"\u00e9" }, "name":"Read"}</tool_call>)");
  EXPECT_EQ(rescuing.end(), R"({Read{ "limit":1.0,"file_path":"\u00e9" }})");
}

TEST(CallableTools, AreNoneWhenTheClientForbidsCalls) {
  MessagesRequest request;
  request.tools.emplace_back().name = "Read";
  EXPECT_EQ(callable_tools(request).size(), 1u);
  request.tool_choice = ToolChoice{ToolChoiceKind::none, "", ParallelTools::allowed};
  EXPECT_TRUE(callable_tools(request).empty());
}

TEST(OfferedTools, KnowsNamesAsModelsWriteThem) {
  std::vector<Tool> offered(4);
  offered[0].name = "Read";
  offered[1].name = "grep";
  offered[2].name = "Grep";
  offered[3].name = "web_search";
  offered[3].side = ToolSide::server;
  const OfferedTools tools(offered);
  EXPECT_EQ(tools.find("Read"), &offered[0]);
  EXPECT_EQ(tools.find("functions.Read:12"), &offered[0]);
  EXPECT_EQ(tools.find("READ"), &offered[0]);
  EXPECT_EQ(tools.find("grep"), &offered[1]);
  EXPECT_EQ(tools.find("GREP"), nullptr);
  EXPECT_EQ(tools.find("web_search"), nullptr);
  EXPECT_EQ(tools.find("Rea"), nullptr);
  EXPECT_EQ(tools.find(""), nullptr);
}

}  // namespace
}  // namespace anyclaude
