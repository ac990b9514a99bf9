// Who has Claude Code go through a gateway already, and puts anyclaude in front, hears whose server answers
// now.
#include "tests/launcher/launcher_house.h"

namespace anyclaude::launcher {
namespace {

class Gateway : public LauncherHouse {
 protected:
  Gateway() {
    configure(R"({"backend": "claude", "backends": {"claude": {"baseUrl": "http://127.0.0.1:9"}}})");
    environment_["ANTHROPIC_AUTH_TOKEN"] = "token-of-the-gateway";
  }
};

TEST_F(Gateway, AnAddressThatNoLongerCountsIsSaid) {
  environment_["ANTHROPIC_BASE_URL"] = "http://gateway.example:8080/anthropic";
  EXPECT_EQ(run({"-p", "x"}), 7);
  EXPECT_NE(err().find("ANTHROPIC_BASE_URL is http://gateway.example:8080/anthropic"), std::string::npos)
      << err();
  EXPECT_NE(err().find("http://127.0.0.1:9"), std::string::npos) << err();
  EXPECT_EQ(err().find("token-of-the-gateway"), std::string::npos) << err();
  run({"doctor"});
  EXPECT_NE(out().find("ANTHROPIC_BASE_URL is http://gateway.example:8080/anthropic"), std::string::npos)
      << out();
}

TEST_F(Gateway, APasswordInItIsNot) {
  environment_["ANTHROPIC_BASE_URL"] = "http://user:hunter22@gateway.example";
  EXPECT_EQ(run({"-p", "x"}), 7);
  EXPECT_NE(err().find("ANTHROPIC_BASE_URL is"), std::string::npos) << err();
  EXPECT_EQ(err().find("hunter22"), std::string::npos) << err();
}

TEST_F(Gateway, OneThatIsTheServerIsNoNews) {
  environment_["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:9/v1/";
  EXPECT_EQ(run({"-p", "x"}), 7);
  EXPECT_EQ(err().find("ANTHROPIC_BASE_URL"), std::string::npos) << err();
}

}  // namespace
}  // namespace anyclaude::launcher
