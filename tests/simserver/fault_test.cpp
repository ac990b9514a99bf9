#include "tools/simserver/fault.h"

#include <gtest/gtest.h>

#include "tools/simserver/faulty_writer.h"

namespace anyclaude::sim {
namespace {

using std::chrono::milliseconds;

class RecordingWriter final : public ResponseWriter {
 public:
  Status send(int status, const HeaderFields&, std::string_view bytes) override {
    sent_status = status;
    body = bytes;
    finished = true;
    return {};
  }
  Status start(int status, const HeaderFields&) override {
    sent_status = status;
    return {};
  }
  Status write(std::string_view bytes) override {
    body += bytes;
    return {};
  }
  Status finish() override {
    finished = true;
    return {};
  }
  void abort() override { aborted = true; }
  bool started() const override { return sent_status != 0; }
  std::size_t body_bytes_written() const override { return body.size(); }
  bool client_left() override { return left; }
  int client_fd() const override { return -1; }

  int sent_status = 0;
  std::string body;
  bool finished = false;
  bool aborted = false;
  bool left = false;
};

// Writes a stream of three pieces through the fault.
RecordingWriter stream_through(std::string_view fault, bool client_left = false) {
  RecordingWriter writer;
  writer.left = client_left;
  WriterWatch client(writer);
  FaultyWriter faulty(writer, client, parse_fault(fault).value(), "data: {\"error\":1}\n\n");
  static_cast<void>(faulty.start(200, {}) && faulty.write("data: one\n\n") && faulty.write("data: two\n\n") &&
                    faulty.write("data: three\n\n") && faulty.finish());
  return writer;
}

TEST(Fault, ReadsAList) {
  const auto fault = parse_fault("status=503, stall=20,drop-after=7,slow=3");
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->status, 503);
  EXPECT_EQ(fault->stall, milliseconds(20));
  EXPECT_EQ(fault->drop_after, 7u);
  EXPECT_EQ(fault->slow, milliseconds(3));
  EXPECT_FALSE(fault->drop);
  EXPECT_TRUE(parse_fault("drop")->drop);
  EXPECT_FALSE(parse_fault("")->any());
}

TEST(Fault, NamesTheWordItDoesNotKnow) {
  for (const char* bad :
       {"explode", "status", "status=abc", "status=20", "drop=3", "slow=-1", "slow=5,stal=1"}) {
    EXPECT_FALSE(parse_fault(bad).has_value()) << bad;
  }
  EXPECT_NE(parse_fault("slow=5,stal=1").error().message.find("stal=1"), std::string::npos);
}

TEST(FaultQueue, GivesEachOnce) {
  FaultQueue queue;
  queue.push(parse_fault("status=500").value(), 2);
  EXPECT_EQ(queue.take().status, 500);
  EXPECT_EQ(queue.take().status, 500);
  EXPECT_FALSE(queue.take().any());
}

TEST(FaultyWriter, PassesEverythingOnWithoutAFault) {
  const RecordingWriter writer = stream_through("");
  EXPECT_EQ(writer.body, "data: one\n\ndata: two\n\ndata: three\n\n");
  EXPECT_TRUE(writer.finished);
}

TEST(FaultyWriter, DropsBehindTheByte) {
  const RecordingWriter writer = stream_through("drop-after=15");
  EXPECT_EQ(writer.body, "data: one\n\ndata");
  EXPECT_TRUE(writer.aborted);
  EXPECT_FALSE(writer.finished);
}

TEST(FaultyWriter, EndsWithAnErrorEvent) {
  const RecordingWriter writer = stream_through("error-after=12");
  EXPECT_EQ(writer.body, "data: one\n\ndata: two\n\ndata: {\"error\":1}\n\n");
  EXPECT_TRUE(writer.finished);
}

TEST(FaultyWriter, GarbageIsNotJson) {
  EXPECT_EQ(stream_through("garbage").body.find("one"), std::string::npos);
}

TEST(FaultyWriter, WaitsBeforeEachPieceAndOnceInBetween) {
  const auto started = std::chrono::steady_clock::now();
  const RecordingWriter writer = stream_through("slow=5,stall=15,stall-after=11");
  EXPECT_GE(std::chrono::steady_clock::now() - started, milliseconds(30));
  EXPECT_TRUE(writer.finished);
}

TEST(FaultyWriter, AStallEndsWhenTheClientLeaves) {
  const RecordingWriter writer = stream_through("stall=3600000", /*client_left=*/true);
  EXPECT_EQ(writer.sent_status, 0);
}

TEST(FaultyWriter, CutsAWholeReplyToo) {
  RecordingWriter writer;
  WriterWatch client(writer);
  FaultyWriter faulty(writer, client, parse_fault("drop-after=4").value(), "");
  EXPECT_FALSE(faulty.send(200, {}, "{\"answer\": 42}").has_value());
  EXPECT_EQ(writer.body, "{\"an");
  EXPECT_TRUE(writer.aborted);
}

}  // namespace
}  // namespace anyclaude::sim
