#include "case_script.h"

#include <re2/re2.h>

#include <iterator>
#include <optional>
#include <sstream>

#include "broker_fixture.h"

namespace anyclaude::fakes {
namespace {

UpstreamEnd end_from(const std::string& name) {
  for (const UpstreamEnd end :
       {UpstreamEnd::complete, UpstreamEnd::refused, UpstreamEnd::name_not_resolved,
        UpstreamEnd::connect_timed_out, UpstreamEnd::tls_failed, UpstreamEnd::first_byte_timed_out,
        UpstreamEnd::idle_timed_out, UpstreamEnd::cut, UpstreamEnd::too_large, UpstreamEnd::protocol,
        UpstreamEnd::cancelled})
    if (name_of(end) == name) return end;
  ADD_FAILURE() << "no such end: " << name;
  return UpstreamEnd::cut;
}

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'n' || text[i + 1] == 'r'))
      out += text[++i] == 'n' ? '\n' : '\r';
    else
      out += text[i];
  }
  return out;
}

// With each @N(TEXT)@ written out.
std::string repeated(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t mark = text.find('@', at);
    const std::size_t open =
        text.find_first_not_of("0123456789", mark == std::string::npos ? mark : mark + 1);
    const bool repeats = open != std::string::npos && open > mark + 1 && text[open] == '(';
    const std::size_t close = repeats ? text.find(")@", open) : std::string::npos;
    if (close == std::string::npos) {
      const std::size_t end = mark == std::string::npos ? text.size() : mark + 1;
      out += text.substr(at, end - at);
      at = end;
      continue;
    }
    out += text.substr(at, mark - at);
    const std::string once = text.substr(open + 1, close - open - 1);
    for (int count = std::stoi(text.substr(mark + 1)); count > 0; --count) out += once;
    at = close + 2;
  }
  return out;
}

constexpr std::string_view kNoted = "$NOTED";

// A line's first word and the rest.
struct Line {
  int number;
  std::string word;
  std::string rest;
};

std::vector<Line> lines_of(const std::string& text) {
  std::vector<Line> lines;
  std::istringstream in(text);
  std::string raw;
  for (int number = 1; std::getline(in, raw); ++number) {
    const std::size_t start = raw.find_first_not_of(' ');
    if (start == std::string::npos || raw[start] == '#') continue;
    const std::size_t space = std::min(raw.find(' ', start), raw.size());
    lines.push_back({number, raw.substr(start, space - start),
                     space < raw.size() ? repeated(raw.substr(space + 1)) : ""});
  }
  return lines;
}

std::pair<std::string, std::string> split(const std::string& text, const std::string& separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + separator.size())};
}

struct ServerBlock {
  std::string target;
  std::vector<std::string> sees, sees_not;
  std::vector<UpstreamSignal> signals;
};
struct ClientBlock {
  std::string target, body;
  HeaderFields headers;
  RecordingWriter writer;
  bool sent = false;
};

class CaseRun {
 public:
  CaseRun(const std::string& mode, Prompting prompting) : broker_(mode, {}, {}, prompting) {}

  // Calls are scripted when the next block begins, requests are sent when their first `gets` line or the next
  // block comes.
  void line(Line line) {
    for (std::size_t at = line.rest.find(kNoted); at != std::string::npos; at = line.rest.find(kNoted, at))
      line.rest.replace(at, kNoted.size(), noted_);
    if (line.word == "server" || line.word == "client" || line.word == "clock" || line.word == "entries" ||
        line.word == "logs")
      close_block();
    if (line.word == "server")
      server_.emplace().target = line.rest;
    else if (line.word == "client")
      client_.emplace().target = line.rest;
    else if (line.word == "clock")
      broker_.clock.advance(std::chrono::seconds(std::stoi(line.rest)));
    else if (line.word == "entries")
      EXPECT_EQ(broker_.metrics()["store"]["entries"], std::stoi(line.rest));
    else if (line.word == "logs")
      EXPECT_NE(broker_.log_text.str().find(line.rest), std::string::npos) << broker_.log_text.str();
    else if (server_)
      server_line(line);
    else if (client_)
      client_line(line);
    else
      ADD_FAILURE() << "not in a block: " << line.word;
  }

  void close_block() {
    if (server_) script_call();
    if (client_) send();
    server_.reset();
    client_.reset();
  }

 private:
  void server_line(const Line& line) {
    ServerBlock& block = *server_;
    const auto piece = [&](std::string bytes) { block.signals.push_back(UpstreamBytes{std::move(bytes)}); };
    if (line.word == "sees") {
      block.sees.push_back(line.rest);
    } else if (line.word == "sees-not") {
      block.sees_not.push_back(line.rest);
    } else if (line.word == "head") {
      const auto [status, type] = split(line.rest, " ");
      block.signals.push_back(UpstreamHead{std::stoi(status), {{"Content-Type", type}}});
    } else if (line.word == "sse") {
      piece("data: " + line.rest + "\n\n");
    } else if (line.word == "event") {
      const auto [name, data] = split(line.rest, " ");
      piece("event: " + name + "\ndata: " + data + "\n\n");
    } else if (line.word == "raw") {
      piece(unescaped(line.rest));
    } else if (line.word == "silence") {
      block.signals.push_back(NothingYet{});
    } else if (line.word == "client-gone") {
      block.signals.push_back(ClientGone{});
    } else if (line.word == "end") {
      block.signals.push_back(UpstreamDone{end_from(line.rest)});
    } else {
      ADD_FAILURE() << "not a server line: " << line.word;
    }
  }

  void client_line(const Line& line) {
    ClientBlock& block = *client_;
    if (line.word == "body") {
      block.body = line.rest;
    } else if (line.word == "header") {
      const auto [name, value] = split(line.rest, ": ");
      block.headers.add(name, value);
    } else if (line.word == "leaves-after") {
      block.writer.leaves_after_bytes = std::stoul(line.rest);
    } else if (line.word == "gets") {
      send();
      expect(line.rest);
    } else if (line.word == "notes") {
      send();
      if (!RE2::PartialMatch(block.writer.body, line.rest, &noted_))
        ADD_FAILURE() << "nothing to note: " << block.writer.body;
    } else if (line.word == "gets-not") {
      send();
      EXPECT_FALSE(RE2::FullMatch(line.rest, "(msg_|toolu_|call_|req_)?[0-9A-Za-z]{0,6}"))
          << "a random id may hold this by chance; a longer text does not";
      EXPECT_EQ(block.writer.body.find(unescaped(line.rest)), std::string::npos) << block.writer.body;
    } else {
      ADD_FAILURE() << "not a client line: " << line.word;
    }
  }

  void expect(const std::string& what) {
    const RecordingWriter& got = client_->writer;
    const auto [kind, rest] = split(what, " ");
    if (kind == "status") {
      EXPECT_EQ(got.status, std::stoi(rest)) << got.body;
    } else if (kind == "header") {
      const auto [name, value] = split(rest, " ");
      EXPECT_EQ(got.headers.get(name), value) << name;
    } else if (kind == "end") {
      static constexpr const char* kNames[] = {"waiting", "streaming", "finished", "aborted"};
      EXPECT_EQ(kNames[static_cast<int>(got.state)], rest);
    } else {
      EXPECT_NE(got.body.find(unescaped(what)), std::string::npos)
          << "wanted: " << what << "\ngot: " << got.body;
    }
  }

  void script_call() {
    ScriptedExchange exchange;
    exchange.check = [block = *server_](const UpstreamRequest& request) {
      EXPECT_EQ(request.method + " " + request.target, block.target);
      for (const auto& text : block.sees)
        EXPECT_NE(request.body.find(text), std::string::npos) << request.body;
      for (const auto& text : block.sees_not)
        EXPECT_EQ(request.body.find(text), std::string::npos) << request.body;
    };
    exchange.signals = server_->signals;
    broker_.backend.upstream.expect(std::move(exchange));
  }

  void send() {
    if (client_->sent) return;
    client_->sent = true;
    const auto [method, path] = split(client_->target, " ");
    if (method == "GET")
      client_->writer = broker_.get(path, client_->headers);
    else
      broker_.post_to(client_->writer, path, client_->body, client_->headers);
  }

  BrokerFixture broker_;
  std::string noted_;
  std::optional<ServerBlock> server_;
  std::optional<ClientBlock> client_;
};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

void run_lines(const std::vector<Line>& lines, const std::string& mode, Prompting prompting) {
  CaseRun run(mode, prompting);
  for (const Line& line : lines) {
    SCOPED_TRACE("line " + std::to_string(line.number));
    run.line(line);
  }
  SCOPED_TRACE("at the end");
  run.close_block();
}

}  // namespace

void run_case(const std::string& name, const std::string& text) {
  const std::vector<Line> lines = lines_of(text);
  ASSERT_FALSE(lines.empty()) << name;
  ASSERT_EQ(lines[0].word, "mode") << name << ": the first line names the mode";
  std::size_t first = 1;
  std::vector<std::string> dialects{"chat"};
  std::vector<std::string> levels{"standard"};
  for (; first < lines.size(); ++first) {
    if (lines[first].word != "dialects" && lines[first].word != "levels") break;
    (lines[first].word == "dialects" ? dialects : levels) = words_of(lines[first].rest);
  }
  for (const std::string& dialect : dialects)
    for (const std::string& level : levels) {
      SCOPED_TRACE(name + ", " + dialect + ", " + level);
      run_lines({lines.begin() + static_cast<std::ptrdiff_t>(first), lines.end()}, lines[0].rest,
                {choice_of<OrderingLevel>(level).value(),
                 dialect == "native" ? Prompting::Dialect::native : Prompting::Dialect::chat});
    }
}

}  // namespace anyclaude::fakes
