// Dumps and append-only files that a real server wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/files.h"
#include "observe/proc.h"
#include "observe/real_server.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using test::real_server;
using test::RealServer;
using test::Scratch;

class RealDataset : public testing::Test {
 protected:
  void SetUp() override {
    if (::access(real_server, X_OK) != 0) GTEST_SKIP() << real_server << " is not installed";
    conf.dir = dir.path();
  }
  void fill(RealServer& s, int keys) {
    for (int i = 0; i < keys; ++i)
      ASSERT_EQ(s.ask("SET key:" + std::to_string(i) + " value" + std::string(60, 'x')), "+OK");
    ASSERT_EQ(s.ask("EXPIRE key:0 10000"), ":1");
    ASSERT_EQ(s.ask("RPUSH list a b c 1 2 3"), ":6");
    ASSERT_EQ(s.ask("ZADD zset 1.5 a 2 b"), ":2");
  }
  [[nodiscard]] Dataset look() const { return dataset(conf, 10, false); }
  // Whether a start with the dump as it is now would be held.
  [[nodiscard]] bool refused() const {
    const auto state = look().state;
    return state != DatasetState::valid && state != DatasetState::empty && state != DatasetState::absent;
  }

  Scratch dir;
  formats::ServerConf conf;
};

TEST_F(RealDataset, IsCountedAsTheServerCounts) {
  RealServer s(dir, "no");
  fill(s, 20);
  ASSERT_EQ(s.ask("SAVE"), "+OK");
  s.stop();
  const auto d = look();
  EXPECT_EQ(d.state, DatasetState::valid) << d.detail;
  EXPECT_EQ(d.keys, 22u);
  EXPECT_EQ(d.keys_with_expiry, 1u);
  EXPECT_TRUE(d.saved_unix.has_value());
  EXPECT_EQ(d.writer.substr(0, 6), "redis ");
}

TEST_F(RealDataset, IsRefusedWhereverItWasCut) {
  RealServer s(dir, "no");
  fill(s, 30);
  ASSERT_EQ(s.ask("SAVE"), "+OK");
  s.stop();
  ASSERT_FALSE(refused());
  for (auto n = std::filesystem::file_size(dir / "dump.rdb"); n-- > 0;) {
    dir.cut("dump.rdb", n);
    ASSERT_TRUE(refused()) << n << " bytes";
  }
}

TEST_F(RealDataset, IsRefusedWithAnySingleBitFlipped) {
  RealServer s(dir, "no");
  fill(s, 3);
  ASSERT_EQ(s.ask("SAVE"), "+OK");
  s.stop();
  ASSERT_FALSE(refused());
  for (std::size_t bit = 0; bit < 8 * std::filesystem::file_size(dir / "dump.rdb"); ++bit) {
    dir.flip("dump.rdb", bit);
    ASSERT_TRUE(refused()) << "bit " << bit;
    dir.flip("dump.rdb", bit);
  }
  EXPECT_FALSE(refused());
}

TEST_F(RealDataset, OfAServerWithoutKeysIsEmpty) {
  RealServer s(dir, "no");
  ASSERT_EQ(s.ask("SAVE"), "+OK");
  s.stop();
  EXPECT_EQ(look().state, DatasetState::empty);
}

TEST_F(RealDataset, OfAnAppendOnlyFileIsReadByItsManifest) {
  conf.appendonly = true;
  RealServer s(dir, "yes");
  EXPECT_EQ(look().state, DatasetState::empty) << "a base without a key and an increment without a command";
  fill(s, 5);
  s.stop();
  const auto d = look();
  EXPECT_EQ(d.state, DatasetState::valid) << d.detail;
  EXPECT_EQ(d.file, dir / "appendonlydir/appendonly.aof.manifest");
  conf.appendonly = false;
  EXPECT_EQ(look().state, DatasetState::absent) << "with appendonly no it is not read";
}

TEST_F(RealDataset, LeavesNobodyInItsDirectoryOnceTheServerStopped) {
  RealServer s(dir, "no");
  const auto users = users_of_directory(dir.path(), Pid{}, *process_table());
  ASSERT_EQ(users.size(), 1u);
  EXPECT_THAT(command_of(users.front()), testing::HasSubstr("redis-server"));
  s.stop();
  EXPECT_TRUE(users_of_directory(dir.path(), Pid{}, *process_table()).empty());
}

}  // namespace
}  // namespace slotwarden::observe
