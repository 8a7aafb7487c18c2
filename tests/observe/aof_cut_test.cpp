// Append-only files that were cut or damaged, and what the server would make of each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/rdb_sample.h"
#include "observe/dataset.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using test::Scratch;
using test::small_dump;
using testing::HasSubstr;

const std::string folder = "appendonlydir/appendonly.aof.";
const std::string select_0 = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n";
const std::string set_a = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n";
const std::string set_b = "*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n2\r\n";
const std::string multi = "*1\r\n$5\r\nMULTI\r\n";

// A Redis 7.0 with a base of three keys and two increments.
class CutAof : public testing::Test {
 protected:
  CutAof() {
    conf.dir = dir.path();
    conf.appendonly = true;
    dir.write(folder + "manifest",
              "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n"
              "file appendonly.aof.2.incr.aof seq 2 type i\n");
    dir.write(base, small_dump().whole());
    dir.write(first, select_0 + set_a);
    dir.write(last, select_0 + set_b);
  }
  [[nodiscard]] Dataset look() const { return look_at_dataset(conf, {10, false}).dataset; }

  const std::string base = folder + "1.base.rdb";
  const std::string first = folder + "1.incr.aof";
  const std::string last = folder + "2.incr.aof";
  Scratch dir;
  formats::ServerConf conf;
};

TEST_F(CutAof, IsWholeBeforeItIsCut) {
  const auto d = look();
  EXPECT_EQ(d.state, DatasetState::valid) << d.detail;
  EXPECT_EQ(d.detail, "");
  EXPECT_EQ(d.commands, 4u);
  EXPECT_EQ(d.keys_at_most, 3u + 2 + 2);
  EXPECT_EQ(d.would_drop, 0u);
  ASSERT_EQ(d.parts.size(), 3u);
  EXPECT_EQ(d.parts[0].role, "base");
  EXPECT_EQ(d.parts[2].file, "appendonly.aof.2.incr.aof");
}

TEST_F(CutAof, InItsLastCommandIsLoadedUpToIt) {
  const auto cut = select_0 + set_b.substr(0, 9);
  dir.write(last, cut);
  const auto d = look();
  EXPECT_EQ(d.state, DatasetState::valid);
  EXPECT_EQ(d.would_drop, 9u);
  EXPECT_EQ(d.broken_at, select_0.size());
  EXPECT_THAT(d.detail, HasSubstr("appendonly.aof.2.incr.aof: at offset 23: a command is cut"));
  EXPECT_THAT(d.detail, HasSubstr("cut off the last 9 bytes"));
  EXPECT_EQ(dir.read(last), cut) << "a look changes nothing";
}

TEST_F(CutAof, IsTruncatedWhereTheServerWouldRefuseThat) {
  conf.aof_load_truncated = false;
  dir.write(last, select_0 + set_b.substr(0, 9));
  EXPECT_EQ(look().state, DatasetState::truncated);
  EXPECT_THAT(look().detail, HasSubstr("aof-load-truncated no"));
}

TEST_F(CutAof, BeforeItsLastFileIsTruncated) {
  dir.write(first, select_0 + set_a.substr(0, 9));
  auto d = look();
  EXPECT_EQ(d.state, DatasetState::truncated);
  EXPECT_THAT(d.detail, HasSubstr("appendonly.aof.1.incr.aof: "));
  EXPECT_THAT(d.detail, HasSubstr("not the last file"));
  EXPECT_EQ(d.parts.size(), 2u) << "nothing behind it was looked at";
  dir.write(last, "");
  EXPECT_EQ(look().state, DatasetState::truncated) << "an empty file is a file";
}

TEST_F(CutAof, WithinATransactionIsTruncated) {
  dir.write(last, select_0 + multi + set_a + set_b.substr(0, 9));
  EXPECT_EQ(look().state, DatasetState::truncated);
  EXPECT_THAT(look().detail, HasSubstr("would be lost at the start after the next"));
  dir.write(last, select_0 + multi + set_a);
  EXPECT_EQ(look().state, DatasetState::valid) << "the server undoes a transaction that is open at the end";
  EXPECT_EQ(look().would_drop, (multi + set_a).size());
}

TEST_F(CutAof, WithinAnAnnotationIsTruncated) {
  dir.write(last, select_0 + "#TS:17952");
  EXPECT_EQ(look().state, DatasetState::truncated);
}

TEST_F(CutAof, WithADamagedLengthIsCorruptAlthoughTheServerWouldTakeIt) {
  dir.write(last, select_0 + "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$8888\r\n1\r\n" + set_b + set_b);
  EXPECT_EQ(look().state, DatasetState::corrupt);
  EXPECT_THAT(look().detail, HasSubstr("drop all that follow"));
}

TEST_F(CutAof, WithGarbageInItIsCorrupt) {
  dir.write(first, select_0 + "garbage" + set_a);
  EXPECT_EQ(look().state, DatasetState::corrupt);
  EXPECT_EQ(look().broken_at, select_0.size());
}

TEST_F(CutAof, InABaseOfCommandsIsTruncated) {
  dir.write(folder + "manifest", "file b.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n");
  dir.write("appendonlydir/b.aof", select_0 + set_b.substr(0, 9));
  EXPECT_EQ(look().state, DatasetState::truncated);
  dir.write(folder + "manifest", "file b.aof seq 1 type b\n");
  EXPECT_EQ(look().state, DatasetState::valid) << "it is the last file then";
  EXPECT_EQ(look().would_drop, 9u);
}

TEST_F(CutAof, MayHaveCommandsBehindTheRdbOfItsBase) {
  dir.write(base, small_dump().whole() + set_a);
  EXPECT_EQ(look().state, DatasetState::valid) << look().detail;
  EXPECT_EQ(look().commands, 5u);
  dir.write(base, small_dump().whole() + "junk");
  EXPECT_EQ(look().state, DatasetState::corrupt);
  EXPECT_EQ(look().broken_at, small_dump().whole().size());
  dir.write(base, small_dump().whole() + set_a.substr(0, 9));
  EXPECT_EQ(look().state, DatasetState::truncated) << "it is not the last file";
}

TEST_F(CutAof, OfOneFileIsToldLikeAnyOther) {
  std::filesystem::remove_all(dir / "appendonlydir");
  dir.write("appendonly.aof", small_dump().whole() + set_a + set_b.substr(0, 9));
  EXPECT_EQ(look().state, DatasetState::valid) << look().detail;
  EXPECT_EQ(look().would_drop, 9u);
  EXPECT_EQ(look().broken_at, small_dump().whole().size() + set_a.size());
  EXPECT_EQ(look().keys_at_most, 3u + 2);
  dir.write("appendonly.aof", small_dump().whole().substr(0, 90));
  EXPECT_EQ(look().state, DatasetState::truncated);
}

TEST_F(CutAof, OfScriptsMayHoldAnyNumberOfKeys) {
  dir.write(last, select_0 + "*3\r\n$4\r\nEVAL\r\n$1\r\nx\r\n$1\r\n0\r\n");
  EXPECT_EQ(look().keys_at_most, std::nullopt);
}

TEST_F(CutAof, TellsWhenItWasLastAnnotated) {
  EXPECT_EQ(look().saved_unix, std::nullopt) << "commands without a time are younger than their base, nobody knows how";
  dir.write(last, "#TS:1795231052\r\n" + select_0 + set_b);
  EXPECT_EQ(look().saved_unix, 1795231052);
}

TEST_F(CutAof, CanBeGivenUpAndTellsHowFarItCame) {
  Progress progress;
  ASSERT_EQ(look_at_dataset(conf, {10, false}, {.progress = &progress}).dataset.state, DatasetState::valid);
  EXPECT_EQ(progress.read, progress.total);
  EXPECT_EQ(progress.total, look().size.n);
  progress.give_up = true;
  EXPECT_EQ(look_at_dataset(conf, {10, false}, {.progress = &progress}).dataset.state, DatasetState::unknown);
}

}  // namespace
}  // namespace slotwarden::observe
