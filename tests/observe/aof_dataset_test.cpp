#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/rdb_sample.h"
#include "observe/append_only.h"
#include "observe/files.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using test::RdbSample;
using test::Scratch;
using test::small_dump;
using testing::HasSubstr;

const std::string base = "appendonlydir/appendonly.aof.1.base.rdb";
const std::string incr = "appendonlydir/appendonly.aof.1.incr.aof";
const std::string manifest = "appendonlydir/appendonly.aof.manifest";
const std::string both = "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n";
const std::string command = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n";
const std::string no_keys = RdbSample().aux("redis-ver", "7.0.15").aux_integer("aof-base", 1, 1).whole();

// A data directory of a Redis 7.0 with `appendonly yes`.
class Aof : public testing::Test {
 protected:
  Aof() {
    conf.dir = dir.path();
    conf.appendonly = true;
  }
  void usual() const {
    dir.write(manifest, both);
    dir.write(base, small_dump().whole());
    dir.write(incr, command);
  }
  [[nodiscard]] Dataset look(int newest = 10) const {
    auto d = dataset(conf, newest, false);
    EXPECT_TRUE(d.aof);
    return d;
  }

  Scratch dir;
  formats::ServerConf conf;
};

TEST_F(Aof, OfABaseAndAnIncrementIsValidAndItsKeysAreNotCounted) {
  usual();
  const auto d = look();
  EXPECT_EQ(d.state, DatasetState::valid) << d.detail;
  EXPECT_EQ(d.file, dir / manifest);
  EXPECT_FALSE(d.keys.has_value());
  EXPECT_EQ(d.size, Bytes{small_dump().whole().size() + command.size()});
  EXPECT_EQ(d.replid, "") << "the server takes no replication id from an append-only file";
}

TEST_F(Aof, WithoutIncrementalCommandsHasTheKeysOfItsBase) {
  usual();
  dir.write(incr, "");
  EXPECT_EQ(look().state, DatasetState::valid);
  EXPECT_EQ(look().keys, 3u);
  dir.write(manifest, "file appendonly.aof.1.base.rdb seq 1 type b\n");
  EXPECT_EQ(look().keys, 3u);
}

TEST_F(Aof, WithoutDirectoryOrManifestWouldStartEmptyThoughThereIsADump) {
  dir.write("dump.rdb", small_dump().whole());
  auto d = look();
  EXPECT_EQ(d.state, DatasetState::absent);
  EXPECT_EQ(d.file, "");
  EXPECT_THAT(d.detail, HasSubstr("would start empty"));
  EXPECT_THAT(d.detail, HasSubstr(dir / "dump.rdb" + " is not read"));
  dir.write(base, small_dump().whole());
  dir.write(incr, command);
  d = look();
  EXPECT_EQ(d.state, DatasetState::absent);
  EXPECT_THAT(d.detail, HasSubstr(dir / manifest));
}

TEST_F(Aof, OfAManifestThatNamesNothingWouldStartEmpty) {
  dir.write(manifest, "# nothing\n");
  EXPECT_EQ(look().state, DatasetState::absent);
}

TEST_F(Aof, WithADamagedManifestIsCorrupt) {
  usual();
  dir.write(manifest, "");
  EXPECT_EQ(look().state, DatasetState::corrupt);
  EXPECT_THAT(look().detail, HasSubstr("empty"));
  dir.write(manifest, both.substr(0, both.size() - 5));
  EXPECT_EQ(look().state, DatasetState::corrupt);
  EXPECT_THAT(look().detail, HasSubstr("line 2"));
}

TEST_F(Aof, ThatNamesAMissingFileIsCorrupt) {
  for (const auto& missing : {base, incr}) {
    usual();
    ::unlink((dir / missing).c_str());
    EXPECT_EQ(look().state, DatasetState::corrupt);
    EXPECT_THAT(look().detail,
                HasSubstr(missing.substr(missing.rfind('/') + 1) + ": the manifest names it, and it is missing"));
  }
}

TEST_F(Aof, OfAnEmptiedBaseWithIncrementsIsCorrupt) {
  usual();
  dir.write(base, "");
  EXPECT_EQ(look().state, DatasetState::corrupt);
  EXPECT_THAT(look().detail, HasSubstr("would load only those"));
}

TEST_F(Aof, OfNothingIsEmpty) {
  usual();
  dir.write(base, "");
  dir.write(incr, "");
  EXPECT_EQ(look().state, DatasetState::empty);
  dir.write(base, no_keys);
  EXPECT_EQ(look().state, DatasetState::empty);
}

TEST_F(Aof, OfAnEmptyBaseAndCommandsIsValid) {
  usual();
  dir.write(base, no_keys);
  EXPECT_EQ(look().state, DatasetState::valid);
}

TEST_F(Aof, WithADamagedBaseIsDamagedLikeIt) {
  usual();
  auto bytes = small_dump().whole();
  dir.write(base, bytes.substr(0, bytes.size() - 3));
  EXPECT_EQ(look().state, DatasetState::truncated);
  EXPECT_THAT(look().detail, HasSubstr("appendonly.aof.1.base.rdb: "));
  bytes[bytes.size() - 12] ^= 1;
  dir.write(base, bytes);
  EXPECT_EQ(look().state, DatasetState::corrupt);
  dir.write(base, RdbSample("REDIS0012").database(1, 0).key("a", "1").whole());
  EXPECT_EQ(look().state, DatasetState::too_new);
  dir.write(base, "hello");
  EXPECT_EQ(look().state, DatasetState::corrupt);
}

TEST_F(Aof, MayHaveABaseOfCommands) {
  dir.write(manifest, "file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n");
  dir.write("appendonlydir/appendonly.aof.1.base.aof", command);
  dir.write(incr, "#TS:1795231052\r\n" + command);
  EXPECT_EQ(look().state, DatasetState::valid) << look().detail;
}

TEST_F(Aof, OfZerosIsCorrupt) {
  usual();
  dir.write(incr, std::string(100, '\0'));
  EXPECT_EQ(look().state, DatasetState::corrupt);
}

TEST_F(Aof, ThatIsNoRegularFileIsUnreadable) {
  usual();
  ::unlink((dir / incr).c_str());
  ASSERT_EQ(::mkfifo((dir / incr).c_str(), 0600), 0);
  EXPECT_EQ(look().state, DatasetState::unreadable);
  EXPECT_THAT(look().detail, HasSubstr("is a FIFO"));
}

TEST_F(Aof, OfBeforeManifestsIsTakenOver) {
  dir.write("appendonly.aof", command);
  auto d = look();
  EXPECT_EQ(d.state, DatasetState::valid);
  EXPECT_EQ(d.file, dir / "appendonly.aof");
  dir.write(manifest, "file appendonly.aof seq 1 type b\n");
  EXPECT_EQ(look().file, dir / "appendonly.aof") << "the take-over was interrupted before the file was moved";
  usual();
  EXPECT_EQ(look().file, dir / manifest) << "a newer dataset goes before";
}

TEST_F(Aof, OfBeforeManifestsMayBeAWholeRdb) {
  dir.write("appendonly.aof", small_dump().whole());
  EXPECT_EQ(look().keys, 3u);
  dir.write("appendonly.aof", small_dump().whole() + command);
  EXPECT_EQ(look().state, DatasetState::valid) << "an RDB followed by commands";
  EXPECT_FALSE(look().keys.has_value());
  EXPECT_EQ(look().commands, 2u);
  dir.write("appendonly.aof", small_dump().whole().substr(0, 100));
  EXPECT_EQ(look().state, DatasetState::truncated);
  dir.write("appendonly.aof", "");
  EXPECT_EQ(look().state, DatasetState::empty);
}

TEST_F(Aof, OfRedis62KnowsNoManifest) {
  constexpr int redis_6_2 = 9;
  usual();
  EXPECT_EQ(look(redis_6_2).state, DatasetState::absent);
  dir.write("appendonly.aof", command);
  EXPECT_EQ(look(redis_6_2).file, dir / "appendonly.aof");
}

TEST_F(Aof, HasIncrementsOnceARewriteIsWhole) {
  constexpr formats::RdbReader redis_7{10, false};
  EXPECT_FALSE(has_increments(conf, redis_7));
  dir.write(base, small_dump().whole());
  EXPECT_FALSE(has_increments(conf, redis_7));
  dir.write(manifest, "file appendonly.aof.1.base.rdb seq 1 type b\n");
  EXPECT_FALSE(has_increments(conf, redis_7)) << "as BGREWRITEAOF leaves it with appendonly no";
  usual();
  EXPECT_TRUE(has_increments(conf, redis_7));
  constexpr formats::RdbReader redis_6{9, false};
  EXPECT_FALSE(has_increments(conf, redis_6));
  dir.write("appendonly.aof", "");
  EXPECT_FALSE(has_increments(conf, redis_6));
  dir.write("appendonly.aof", command);
  EXPECT_TRUE(has_increments(conf, redis_6));
}

}  // namespace
}  // namespace slotwarden::observe
