#include "tools/simserver/tokenizer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace anyclaude::sim {
namespace {

using Pieces = std::vector<std::string_view>;

TEST(Tokenizer, SplitsAsVocabulariesDo) {
  EXPECT_EQ(split_pieces("The quick \"fox\" runs"), (Pieces{"The", " quick", " \"", "fox", "\"", " runs"}));
  EXPECT_EQ(split_pieces("line\n\n  end"), (Pieces{"line", "\n", "\n", " ", " end"}));
  EXPECT_EQ(split_pieces("v2.10"), (Pieces{"v", "2", ".", "1", "0"}));
  EXPECT_EQ(split_pieces("a<|im_end|>b"), (Pieces{"a", "<|im_end|>", "b"}));
  EXPECT_EQ(split_pieces("extraordinarily"), (Pieces{"extraord", "inarily"}));
  EXPECT_EQ(split_pieces("a <|im_end|> <| x"), (Pieces{"a", " ", "<|im_end|>", " <|", " x"}));
  EXPECT_TRUE(split_pieces("").empty());
}

TEST(Tokenizer, KeepsCharactersWhole) {
  for (const std::string_view piece :
       split_pieces("größere Übermüdung 漢字漢字漢字 \xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80")) {
    EXPECT_NE(static_cast<unsigned char>(piece.front()) & 0xc0, 0x80) << piece;
    EXPECT_LE(piece.size(), 10u);
  }
}

TEST(Tokenizer, TokensFitInADouble) {
  for (const Token token : tokenize("Every token, however odd {\"x\": [1]} \xff\xfe"))
    EXPECT_LT(token, 1ull << 53);
  EXPECT_NE(token_of("a"), token_of("b"));
}

// Text of the characters that matter to the splitter.
rc::Gen<std::string> interesting_text() {
  return rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("ab Z09\n\t \"<|>_.,:/\xc3\xa9\xe6\xbc\xa2")));
}

RC_GTEST_PROP(Tokenizer, PiecesMakeUpTheText, ()) {
  const auto text = *interesting_text();
  std::string joined;
  for (const std::string_view piece : split_pieces(text)) {
    RC_ASSERT(!piece.empty());
    joined += piece;
  }
  RC_ASSERT(joined == text);
}

// What makes a slot's generated tokens the beginning of the next prompt.
RC_GTEST_PROP(Tokenizer, TextCutAtALineEndIsSplitTheSame, ()) {
  const auto first = *interesting_text() + "\n";
  const auto second = *interesting_text();
  Tokens parts = tokenize(first);
  const Tokens rest = tokenize(second);
  parts.insert(parts.end(), rest.begin(), rest.end());
  RC_ASSERT(tokenize(first + second) == parts);
}

TEST(Tokenizer, CommonPrefixCountsTokens) {
  EXPECT_EQ(common_prefix({1, 2, 3}, {1, 2, 4, 5}), 2u);
  EXPECT_EQ(common_prefix({1, 2}, {1, 2, 4}), 2u);
  EXPECT_EQ(common_prefix({}, {1}), 0u);
}

}  // namespace
}  // namespace anyclaude::sim
