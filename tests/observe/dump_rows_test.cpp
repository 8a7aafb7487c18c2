// Every row of the table in docs/server-behaviour.md, "What a server loads", and what may stand where a dump should.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "adapters/fd.h"
#include "formats/rdb_sample.h"
#include "observe/dataset.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using test::RdbSample;
using test::Scratch;
using test::small_dump;
using testing::HasSubstr;

struct Row {
  const char* name;
  std::string bytes;
  DatasetState state;
};

// A Redis 7.0. `rdbchecksum no` and redis-check-rdb are laxer in the rows marked so.
std::vector<Row> rows() {
  const auto good = small_dump().whole();
  auto flipped = good;
  flipped[good.size() - 12] ^= 1;
  auto wrong_trailer = good;
  wrong_trailer.back() = static_cast<char>(wrong_trailer.back() ^ 1);
  return {
      {"Whole", good, DatasetState::valid},
      {"ZeroBytes", "", DatasetState::truncated},
      {"OnlyItsMagic", "REDIS0010", DatasetState::truncated},
      {"CutInItsMiddle", good.substr(0, good.size() / 2), DatasetState::truncated},
      {"WithoutItsLastEightBytes", good.substr(0, good.size() - 8), DatasetState::truncated},
      {"OneBitFlipped", flipped, DatasetState::corrupt},
      {"WrongTrailer", wrong_trailer, DatasetState::corrupt},
      {"TrailerOfZeros", small_dump().without_checksum(), DatasetState::valid},
      {"NewerVersion", RdbSample("REDIS0099").database(1, 0).key("a", "1").whole(), DatasetState::too_new},
      {"OfValkey9", RdbSample("VALKEY080").database(1, 0).key("a", "1").whole(), DatasetState::foreign},
      {"NoMagic", "EDISR0010" + good.substr(9), DatasetState::foreign},
      {"DamagedMagic", "REDIT0010" + good.substr(9), DatasetState::corrupt},
      {"FilledWithZeros", std::string(4096, '\0'), DatasetState::corrupt},
      {"NoKey", RdbSample().aux("redis-ver", "7.0.15").whole(), DatasetState::empty},
      {"OnlyAFunction", RdbSample().aux("redis-ver", "7.0.15").function("#!lua name=f\n").whole(), DatasetState::empty},
  };
}

class DumpRow : public testing::TestWithParam<Row> {
 protected:
  Scratch dir;
};

TEST_P(DumpRow, IsWhatTheTableSays) {
  formats::ServerConf conf;
  conf.dir = dir.path();
  dir.write("dump.rdb", GetParam().bytes);
  for (const bool checksums : {true, false}) {
    conf.rdb_checksum = checksums;
    const auto d = look_at_dataset(conf, {10, false}).dataset;
    EXPECT_EQ(d.state, GetParam().state) << name(d.state) << ": " << d.detail;
    EXPECT_EQ(d.file, dir / "dump.rdb");
  }
  EXPECT_EQ(dir.read("dump.rdb"), GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(Of, DumpRow, testing::ValuesIn(rows()),
                         [](const auto& row) { return std::string(row.param.name); });

// Where a dump should be: nothing here may hang, and nothing is opened but a regular file.
class Place : public testing::Test {
 protected:
  Place() { conf.dir = dir.path(); }
  [[nodiscard]] Dataset look() const { return look_at_dataset(conf, {10, false}).dataset; }
  void expect_unreadable(const std::string& what) const {
    EXPECT_EQ(look().state, DatasetState::unreadable);
    EXPECT_THAT(look().detail, HasSubstr(what));
    EXPECT_EQ(look().file, dump);
  }

  Scratch dir;
  formats::ServerConf conf;
  const std::string dump = dir / "dump.rdb";
};

TEST_F(Place, OfAFifo) {
  ASSERT_EQ(::mkfifo(dump.c_str(), 0600), 0);
  expect_unreadable("is a FIFO");
}

TEST_F(Place, OfADirectory) {
  ASSERT_EQ(::mkdir(dump.c_str(), 0700), 0);
  expect_unreadable("is a directory");
}

TEST_F(Place, OfALinkToAGoodDumpWhichMayBeAnybodys) {
  dir.write("elsewhere.rdb", small_dump().whole());
  ASSERT_EQ(::symlink("elsewhere.rdb", dump.c_str()), 0);
  expect_unreadable("is a symbolic link");
}

TEST_F(Place, OfALinkToNowhereOrToItself) {
  ASSERT_EQ(::symlink("nowhere", dump.c_str()), 0);
  expect_unreadable("is a symbolic link");
  ::unlink(dump.c_str());
  ASSERT_EQ(::symlink("dump.rdb", dump.c_str()), 0);
  expect_unreadable("is a symbolic link");
}

TEST_F(Place, OfADevice) {
  if (::mknod(dump.c_str(), S_IFCHR | 0600, makedev(1, 5)) != 0) GTEST_SKIP() << "may not make a device here";
  expect_unreadable("is a device");
}

TEST_F(Place, OfASocket) {
  const adapters::Fd s(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  dump.copy(at.sun_path, sizeof at.sun_path - 1);
  ASSERT_EQ(::bind(s.get(), reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  expect_unreadable("is a socket");
}

TEST_F(Place, OfAFileWithASecondNameIsADumpLikeAnyOther) {
  dir.write("dump.rdb", small_dump().whole());
  ASSERT_EQ(::link(dump.c_str(), (dir / "second").c_str()), 0);
  EXPECT_EQ(look().state, DatasetState::valid);
}

TEST_F(Place, OfAFileWithAHoleIsReadLikeAnyOther) {
  dir.write("dump.rdb", small_dump().whole());
  ASSERT_EQ(::truncate(dump.c_str(), 64 << 20), 0);
  EXPECT_NE(look().state, DatasetState::valid);
  EXPECT_NE(look().state, DatasetState::empty);
  EXPECT_EQ(look().size, 64_MiB);
}

TEST_F(Place, OfNothing) {
  EXPECT_EQ(look().state, DatasetState::absent);
  EXPECT_EQ(look().file, "");
}

}  // namespace
}  // namespace slotwarden::observe
