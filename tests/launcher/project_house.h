// A directory as it may have been cloned, with a configuration in it, and a witness of everything that is
// sent.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "tests/http/scripted_server.h"
#include "tests/launcher/launcher_house.h"

namespace anyclaude::launcher {

// A model server, Anthropic and an HTTP proxy in one: it answers whatever it is asked, and remembers it. As
// the proxy of the environment it sees what goes to addresses that do not exist.
class Witness {
 public:
  std::string url() const { return server_.url().origin(); }
  int port() const { return server_.port(); }
  // Heads and bodies of all requests so far.
  std::string seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  static std::string answer_to(const std::string& request) {
    if (request.starts_with("GET ")) return R"({"object":"list","data":[{"id":"m","object":"model"}]})";
    if (request.find("/messages") < request.find('\n'))
      return R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text",)"
             R"("text":"pong"}],"stop_reason":"end_turn","stop_sequence":null,)"
             R"("usage":{"input_tokens":1,"output_tokens":1}})";
    return R"({"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":)"
           R"({"role":"assistant","content":"pong"},"finish_reason":"stop"}],)"
           R"("usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})";
  }

  mutable std::mutex mutex_;
  std::string seen_;
  test::ScriptedServer server_{[this](test::ScriptedPeer& peer) {
    const std::string request = peer.read_request();
    if (request.empty()) return;
    {
      const std::lock_guard lock(mutex_);
      seen_ += request + "\n";
    }
    const std::string body = answer_to(request);
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
  }};
};

class ProjectHouse : public LauncherHouse {
 protected:
  ProjectHouse() {
    std::filesystem::create_directory(project());
    working_directory_ = project();
    environment_["http_proxy"] = witness_.url();
    environment_["https_proxy"] = witness_.url();
    // Claude Code with a login, as far as the broker sees it.
    script("bin/claude",
           "echo ran >> $HOME/ran\n"
           "curl -s --noproxy '*' -H 'Authorization: Bearer the-login' -H 'anthropic-version: 2023-06-01' -d "
           "'{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"ping\"}]}' "
           "$ANTHROPIC_BASE_URL/v1/messages");
  }

  std::filesystem::path project() const { return home() / "project"; }

  // The project's file, as a clone has it.
  void clone(const std::string& text) const {
    std::ofstream(project() / ".anyclauderc.json") << text;
    std::filesystem::permissions(project() / ".anyclauderc.json",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  void clone_backend(const std::string& name, const std::string& entry) const {
    clone(R"({"backend": ")" + name + R"(", "backends": {")" + name + "\": " + entry + "}}");
  }

  // Each run counts for itself.
  int run_anew(const std::vector<std::string>& words = {}) {
    std::filesystem::remove(home() / "ran");
    return run(words);
  }

  // Refused before anything was sent or run, with the way out.
  void expect_refused(const std::string& what) {
    EXPECT_EQ(run_anew(), 78) << what << '\n' << out() << err();
    EXPECT_NE(err().find("anyclaude trust"), std::string::npos) << what << '\n' << err();
    EXPECT_FALSE(is_there("ran")) << what;
    EXPECT_EQ(witness_.seen(), "") << what;
  }
  void expect_answered(const std::string& what) {
    EXPECT_EQ(run_anew(), 0) << what << '\n' << err();
    EXPECT_NE(out().find("pong"), std::string::npos) << what << '\n' << out() << err();
    EXPECT_EQ(err().find("anyclaude trust"), std::string::npos) << what << '\n' << err();
  }

  Witness witness_;
};

}  // namespace anyclaude::launcher
