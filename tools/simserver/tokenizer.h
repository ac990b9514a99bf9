// Replaces a model's tokenizer: the same text always gives the same tokens, and a Claude Code request
// has about as many as it has with a real vocabulary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace anyclaude::sim {

// A hash of the piece's text, cut to 53 bits so that a JSON reader that keeps numbers as doubles sees it
// exactly.
using Token = std::uint64_t;
using Tokens = std::vector<Token>;

// Splits text into pieces whose concatenation is the text. Words keep the one character in front of them (a
// space, a quote) as byte-pair vocabularies do, and long words come apart; a digit, a line end and a marker
// such as <|im_end|> are pieces of their own. No piece crosses a line end, so text that is cut there is split
// the same way in parts as in one. No UTF-8 character is cut.
std::vector<std::string_view> split_pieces(std::string_view text);

Token token_of(std::string_view piece);

Tokens tokenize(std::string_view text);

// How many tokens both begin with.
std::size_t common_prefix(const Tokens& left, const Tokens& right);

}  // namespace anyclaude::sim
