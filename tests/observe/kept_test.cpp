#include "observe/kept.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "formats/kept_copy.h"
#include "formats/rdb_sample.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using test::Scratch;
using test::small_dump;
using testing::HasSubstr;

class KeptCopies : public testing::Test {
 protected:
  // As act::KeptFolder keeps it.
  KeptCopy keep(const std::string& name, const std::string& bytes) const {
    dir.write("slotwarden-kept/" + name, bytes);
    const auto look = look_at_dump(dir / ("slotwarden-kept/" + name), redis_7);
    KeptCopy k;
    describe(look.dataset, k);
    k.sum = sum_of(look);
    dir.write("slotwarden-kept/" + name + ".json", formats::kept_note(k));
    return k;
  }
  [[nodiscard]] KeptFile only() const {
    const auto all = kept_copies(dir.path());
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? KeptFile{} : all.front();
  }

  static constexpr formats::RdbReader redis_7{10, false};
  Scratch dir;
};

TEST_F(KeptCopies, AreNoneWithoutAFolder) {
  EXPECT_TRUE(kept_copies(dir.path()).empty());
}

TEST_F(KeptCopies, AreListedOldestFirstWithTheirNotes) {
  keep("20261122T000000Z-3keys.rdb", small_dump().whole());
  keep("20261121T000000Z-3keys.rdb", small_dump().whole());
  dir.write("slotwarden-kept/.incoming-1", "x");
  const auto all = kept_copies(dir.path());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].copy.name, "20261121T000000Z-3keys.rdb");
  EXPECT_TRUE(all[0].noted);
  EXPECT_EQ(all[0].copy.keys, 3u);
}

TEST_F(KeptCopies, OfWhatSomebodyPutThereAreListedToo) {
  dir.write("slotwarden-kept/from-the-tape.rdb", small_dump().whole());
  const auto f = only();
  EXPECT_FALSE(f.noted);
  EXPECT_EQ(f.trouble, "");
  EXPECT_EQ(f.copy.size.n, small_dump().whole().size()) << "nobody noted it";
  const auto v = verify(f, redis_7);
  EXPECT_EQ(v.look.dataset.state, DatasetState::valid);
  EXPECT_TRUE(v.file);
}

TEST_F(KeptCopies, AreVerifiedAgain) {
  keep("a.rdb", small_dump().whole());
  EXPECT_EQ(verify(only(), redis_7).look.dataset.state, DatasetState::valid);
  auto bytes = small_dump().whole();
  dir.write("slotwarden-kept/a.rdb", bytes.substr(0, bytes.size() - 4));
  EXPECT_EQ(verify(only(), redis_7).look.dataset.state, DatasetState::truncated);
}

TEST_F(KeptCopies, OfAnotherSha256ThanTheirNotesSayAreCorrupt) {
  auto k = keep("a.rdb", small_dump().whole());
  k.sha256 = std::string(64, '0');
  dir.write("slotwarden-kept/a.rdb.json", formats::kept_note(k));
  EXPECT_EQ(verify(only(), redis_7).look.dataset.state, DatasetState::corrupt);
  adapters::Sha256 sum;
  k.sha256.clear();
  dir.write("slotwarden-kept/a.rdb.json", formats::kept_note(k));
  const auto v = verify(only(), redis_7, {.digest = &sum});
  EXPECT_EQ(v.look.dataset.state, DatasetState::valid);
  EXPECT_EQ(v.sha256, sum.hex());
  EXPECT_EQ(v.sha256.size(), 64u);
}

TEST_F(KeptCopies, OfOtherBytesThanWereKeptAreCorruptThoughWholeByThemselves) {
  keep("a.rdb", small_dump().whole());
  dir.write("slotwarden-kept/a.rdb", test::RdbSample().database(1, 0).key("a", "1").whole());
  const auto d = verify(only(), redis_7).look.dataset;
  EXPECT_EQ(d.state, DatasetState::corrupt);
  EXPECT_THAT(d.detail, HasSubstr("not what was kept"));
}

TEST_F(KeptCopies, WhoseChecksumWasSwitchedOffAfterADamageAreCorruptByTheirNote) {
  const auto k = keep("a.rdb", small_dump().whole());
  ASSERT_EQ(k.sum.size(), 16u);
  auto bytes = small_dump().without_checksum();
  ASSERT_EQ(bytes.size(), small_dump().whole().size());
  dir.write("slotwarden-kept/a.rdb", bytes);
  EXPECT_EQ(verify(only(), redis_7).look.dataset.state, DatasetState::valid) << "the same data, as its note says";
  const auto at = bytes.find(
      "\x01"
      "a\x01"
      "1");
  ASSERT_NE(at, bytes.npos);
  bytes[at + 3] = '7';
  dir.write("slotwarden-kept/a.rdb", bytes);
  EXPECT_EQ(look_at_dump(only().path, redis_7).dataset.state, DatasetState::valid) << "by itself nobody can tell";
  EXPECT_EQ(verify(only(), redis_7).look.dataset.state, DatasetState::corrupt);
}

TEST_F(KeptCopies, WithADamagedNoteAreNotBelieved) {
  keep("a.rdb", small_dump().whole());
  dir.write("slotwarden-kept/a.rdb.json", "{");
  EXPECT_EQ(verify(only(), redis_7).look.dataset.state, DatasetState::unreadable);
  EXPECT_THAT(verify(only(), redis_7).look.dataset.detail, HasSubstr("note"));
}

TEST_F(KeptCopies, ThatAreNoFilesAreUnreadable) {
  dir.write("slotwarden-kept/old.aof/appendonly.aof.manifest", "x");
  const auto f = only();
  EXPECT_TRUE(f.copy.aof);
  EXPECT_EQ(verify(f, redis_7).look.dataset.state, DatasetState::unreadable);
}

}  // namespace
}  // namespace slotwarden::observe
