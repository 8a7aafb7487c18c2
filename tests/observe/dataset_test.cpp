#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/rdb_sample.h"
#include "observe/files.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using test::RdbSample;
using test::Scratch;
using test::small_dump;
using testing::HasSubstr;

// A data directory of a Redis 7.0 without an append-only file.
class Dump : public testing::Test {
 protected:
  Dump() { conf.dir = dir.path(); }
  [[nodiscard]] Dataset look() const { return dataset(conf, 10, false); }
  // What `look` says of these bytes as dump.rdb.
  Dataset of(std::string_view bytes) {
    dir.write("dump.rdb", bytes);
    return look();
  }

  Scratch dir;
  formats::ServerConf conf;
};

TEST_F(Dump, IsAbsentWithoutAFile) {
  const auto d = look();
  EXPECT_EQ(d.state, DatasetState::absent);
  EXPECT_EQ(d.file, "");
  EXPECT_FALSE(d.aof);
}

TEST_F(Dump, IsValidWithItsCounts) {
  const auto d = of(small_dump().whole());
  EXPECT_EQ(d.state, DatasetState::valid) << d.detail;
  EXPECT_EQ(d.file, dir / "dump.rdb");
  EXPECT_EQ(d.keys, 3u);
  EXPECT_EQ(d.size, Bytes{small_dump().whole().size()});
  EXPECT_EQ(d.replid, test::sample_replid);
}

TEST_F(Dump, OfManyPiecesIsReadToItsEnd) {
  auto sample = small_dump();
  for (int i = 0; i < 40; ++i)
    sample.key("k" + std::to_string(i), std::string(100'000, static_cast<char>('a' + i % 26)));
  auto file = sample.whole();
  EXPECT_EQ(of(file).state, DatasetState::valid);
  EXPECT_EQ(of(std::string_view(file).substr(0, 3 << 20)).state, DatasetState::truncated);
  file[2'000'000] ^= 4;
  EXPECT_EQ(of(file).state, DatasetState::corrupt);
}

TEST_F(Dump, OfANewerServerIsTooNewAndKeepsItsSize) {
  const auto file = RdbSample("REDIS0012").database(1, 0).key("a", std::string(3 << 20, 'x')).whole();
  const auto d = of(file);
  EXPECT_EQ(d.state, DatasetState::too_new);
  EXPECT_EQ(d.size, Bytes{file.size()});
}

TEST_F(Dump, InADirectoryThatIsNotThereIsUnreadable) {
  conf.dir = dir / "not-mounted";
  EXPECT_EQ(look().state, DatasetState::unreadable);
  EXPECT_THAT(look().detail, HasSubstr("not-mounted"));
}

TEST_F(Dump, ForbiddenToUsIsUnreadable) {
  of(small_dump().whole());
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  ::chmod((dir / "dump.rdb").c_str(), 0);
  EXPECT_EQ(look().state, DatasetState::unreadable);
  EXPECT_THAT(look().detail, HasSubstr("Permission denied"));
}

}  // namespace
}  // namespace slotwarden::observe
