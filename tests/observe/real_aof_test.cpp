// What is foretold of an append-only file is what a real server makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/dataset.h"
#include "observe/real_server.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using test::real_server;
using test::RealServer;
using test::Scratch;

const std::string incr = "appendonlydir/appendonly.aof.1.incr.aof";

class RealAof : public testing::Test {
 protected:
  void SetUp() override {
    if (::access(real_server, X_OK) != 0) GTEST_SKIP() << real_server << " is not installed";
    conf.dir = dir.path();
    conf.appendonly = true;
    RealServer s(dir, "yes");
    for (const auto* line : {"SET a 1", "MSET b 2 c 3", "SET d 4 EX 100000", "RPUSH l 1 2 3", "MULTI", "SET e 5",
                             "HSET h f v", "EXEC", "SET f 6"})
      ASSERT_NE(s.ask(line).front(), '-') << line;
    s.stop();
    written = dir.read(incr);
  }

  struct Start {
    bool up = false;
    std::uint64_t keys = 0;
    std::size_t left = 0;  // bytes of the last file afterwards
    std::string said;
  };
  // Writes these bytes as the increment, and has a server load them.
  Start start_with(const std::string& bytes) {
    dir.write(incr, bytes);
    dir.write("log", "");
    RealServer s(dir, "yes");
    Start out;
    out.up = s.came_up();
    if (out.up) {
      out.keys = std::stoull(s.ask("DBSIZE").substr(1));
      s.stop();
    }
    out.left = dir.read(incr).size();
    out.said = dir.read("log");
    return out;
  }
  [[nodiscard]] Dataset look() const { return look_at_dataset(conf, {10, false}).dataset; }

  Scratch dir;
  formats::ServerConf conf;
  std::string written;
};

TEST_F(RealAof, IsForetoldWhole) {
  const auto d = look();
  EXPECT_EQ(d.state, DatasetState::valid) << d.detail;
  const auto s = start_with(written);
  EXPECT_TRUE(s.up);
  EXPECT_LE(s.keys, d.keys_at_most);
}

TEST_F(RealAof, CutAnywhereIsForetoldToTheByte) {
  for (std::size_t n = 0; n < written.size(); n += n + 90 < written.size() ? 7 : 1) {
    dir.write(incr, written.substr(0, n));
    const auto d = look();
    const auto s = start_with(written.substr(0, n));
    ASSERT_TRUE(s.up) << n;
    if (d.state == DatasetState::truncated) {
      EXPECT_THAT(d.detail, testing::HasSubstr("lost at the start after the next")) << n;
      continue;
    }
    ASSERT_TRUE(d.state == DatasetState::valid || d.state == DatasetState::empty) << n << ": " << d.detail;
    EXPECT_EQ(s.left, n - d.would_drop) << n << ": " << d.detail;
    EXPECT_LE(s.keys, d.keys_at_most) << n;
  }
}

TEST_F(RealAof, ThatTheServerCannotReadIsForetoldSo) {
  int refused = 0;
  for (std::size_t bit = 3; bit < 8 * written.size(); bit += 37) {
    auto bytes = written;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    dir.write(incr, bytes);
    const auto d = look();
    const auto s = start_with(bytes);
    const bool format = s.said.find("Bad file format") != s.said.npos || s.said.find("nexpected end") != s.said.npos;
    if (!s.up && format) {
      ++refused;
      EXPECT_EQ(d.state, DatasetState::corrupt) << "bit " << bit;
    }
    if (s.up && s.left < bytes.size() && d.state == DatasetState::valid) {
      EXPECT_EQ(s.left, bytes.size() - d.would_drop) << "bit " << bit << ": " << d.detail;
    }
  }
  EXPECT_GT(refused, 3);
}

// Why such a file is held although the server takes it.
TEST_F(RealAof, CutWithinATransactionLosesWhatIsWrittenLater) {
  const auto in_it = written.find("HSET");
  ASSERT_NE(in_it, written.npos);
  dir.write(incr, written.substr(0, in_it));
  ASSERT_EQ(look().state, DatasetState::truncated);
  {
    RealServer s(dir, "yes");
    ASSERT_TRUE(s.came_up());
    ASSERT_EQ(s.ask("SET later 1"), "+OK");
    s.stop();
  }
  RealServer s(dir, "yes");
  ASSERT_TRUE(s.came_up());
  EXPECT_EQ(s.ask("EXISTS later"), ":0") << "this server has been mended: the rule may be loosened for it";
  s.stop();
}

}  // namespace
}  // namespace slotwarden::observe
