#include "http/wire/chunk_decoder.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace anyclaude {
namespace {

using State = ChunkDecoder::State;

constexpr std::string_view kCoded =
    "5\r\nhello\r\n1;ext=\"a b\"\r\n \r\n005\r\nworld\r\n0\r\nTrailer: x\r\n\r\nNEXT";

TEST(ChunkDecoder, ReadsTheSameUnderEverySplit) {
  for (std::size_t first = 0; first <= kCoded.size(); ++first) {
    for (std::size_t second = first; second <= kCoded.size(); ++second) {
      ChunkDecoder decoder;
      std::string out;
      std::string rest;
      State state = State::more;
      for (std::string_view piece :
           {kCoded.substr(0, first), kCoded.substr(first, second - first), kCoded.substr(second)}) {
        state = decoder.feed(piece, out);
        rest += piece;
      }
      ASSERT_EQ(out, "hello world") << first << " " << second;
      ASSERT_EQ(state, State::done);
      ASSERT_EQ(rest, "NEXT");
    }
  }
}

TEST(ChunkDecoder, StaysMalformed) {
  ChunkDecoder decoder;
  std::string out;
  std::string_view bad = "zz\r\n";
  EXPECT_EQ(decoder.feed(bad, out), State::malformed);
  std::string_view good = "1\r\na\r\n0\r\n\r\n";
  EXPECT_EQ(decoder.feed(good, out), State::malformed);
  EXPECT_EQ(out, "");
}

TEST(ChunkDecoder, IsNotDoneBeforeTheLastLine) {
  for (std::size_t size = 0; size < kCoded.find("NEXT"); ++size) {
    ChunkDecoder decoder;
    std::string out;
    std::string_view bytes = kCoded.substr(0, size);
    EXPECT_EQ(decoder.feed(bytes, out), State::more) << size;
  }
}

RC_GTEST_PROP(ChunkDecoder, NeverReadsPastAnyBytes, (const std::string& noise)) {
  ChunkDecoder decoder;
  std::string out;
  std::string_view bytes = noise;
  decoder.feed(bytes, out);
  RC_ASSERT(out.size() + bytes.size() <= noise.size());
}

}  // namespace
}  // namespace anyclaude
