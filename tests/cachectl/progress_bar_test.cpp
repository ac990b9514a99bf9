// The bar that long work draws on a terminal.
#include "tools/cachectl/progress_bar.h"

#include "tests/cachectl/cachectl_fixture.h"

namespace anyclaude::cachectl {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class ProgressBarTest : public testing::Test {
 protected:
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  const Console terminal_{in_, out_, err_, InputKind::other, MessageOutput::terminal};
  const Console file_{in_, out_, err_, InputKind::other, MessageOutput::other};
  FakeClock clock_;
};

TEST_F(ProgressBarTest, DrawsOnATerminalAndWipesItself) {
  {
    ProgressBar bar(terminal_, clock_, "verify");
    clock_.advance(std::chrono::seconds{1});
    bar.show({50, 200});
    EXPECT_THAT(err_.str(), HasSubstr("verify [#######.......................] 25% 50 of 200"));
    const std::string before = err_.str();
    bar.show({60, 200});  // too soon
    EXPECT_EQ(err_.str(), before);
    clock_.advance(ProgressBar::kRedrawTime);
    EXPECT_TRUE(bar.report()({300, 200}));  // an estimate that was too low
    EXPECT_THAT(err_.str(), HasSubstr("] 100% 300 of 200"));
  }
  EXPECT_THAT(err_.str(), EndsWith("\r\x1b[K"));
}

TEST_F(ProgressBarTest, ShortWorkShowsNothing) {
  {
    ProgressBar bar(terminal_, clock_, "verify");
    clock_.advance(ProgressBar::kQuietTime / 2);
    bar.show({1, 2});
  }
  EXPECT_EQ(err_.str(), "");
}

TEST_F(ProgressBarTest, ElsewhereThanOnATerminalThereIsNone) {
  ProgressBar bar(file_, clock_, "verify");
  clock_.advance(std::chrono::seconds{10});
  bar.show({1, 2});
  EXPECT_FALSE(bar.report());
  EXPECT_EQ(err_.str(), "");
}

}  // namespace
}  // namespace anyclaude::cachectl
