// An answer that is kept is known to be of the project whose directory the client named.
#include "cache/entry_projects.h"

#include "fakes/reply_texts.h"
#include "proxy/broker_fixture.h"

namespace anyclaude {
namespace {

using fakes::BrokerFixture;

TEST(AnsweredProjects, AreNotedOfWhatIsAdmittedInBothLanes) {
  for (const char* mode : {"llama-cpp", "claude"}) {
    BrokerFixture fixture(mode);
    const bool is_local = std::string_view(mode) == "llama-cpp";
    fixture.backend.upstream.expect_reply(
        200, fakes::event_stream(), is_local ? fakes::chat_stream({"yes"}) : fakes::anthropic_stream("yes"));
    (void)fixture.post(
        "/v1/messages",
        R"({"model":"m","max_tokens":9,"stream":true,"system":"Working directory: /srv/app\nDate: today",)"
        R"("messages":[{"role":"user","content":"ready?"}]})");
    ASSERT_TRUE(fixture.projects.flush());
    EXPECT_EQ(fixture.projects.entries_of("/srv/app")->size(), 1u) << mode;
    EXPECT_TRUE(fixture.projects.entries_of("/srv")->empty()) << mode;
  }
}

}  // namespace
}  // namespace anyclaude
