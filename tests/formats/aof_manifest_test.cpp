#include "formats/aof_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slotwarden::formats {
namespace {

using testing::HasSubstr;

constexpr std::string_view usual =
    "file appendonly.aof.2.base.rdb seq 2 type b\n"
    "file appendonly.aof.2.incr.aof seq 2 type i\n"
    "file appendonly.aof.3.incr.aof seq 3 type i\n"
    "file appendonly.aof.1.base.rdb seq 1 type h\n";

std::string fault(std::string_view text) {
  const auto m = aof_manifest(text);
  return m ? "accepted" : m.error().what;
}

TEST(AofManifest, ReadsBaseIncrementsAndHistory) {
  const auto m = aof_manifest(usual);
  ASSERT_TRUE(m) << m.error().what;
  ASSERT_TRUE(m->base);
  EXPECT_EQ(m->base->name, "appendonly.aof.2.base.rdb");
  ASSERT_EQ(m->incr.size(), 2u);
  EXPECT_EQ(m->incr[1].name, "appendonly.aof.3.incr.aof");
  EXPECT_EQ(m->incr[1].seq, 3u);
  ASSERT_EQ(m->history.size(), 1u);
}

TEST(AofManifest, PassesOverCommentsUnknownKeysAndTheirOrder) {
  const auto m = aof_manifest(
      "# written by hand\ntype i seq 7 file \"a b.aof\"\nfile c.aof seq 8 type i startoffset 5 endoffset 9\n");
  ASSERT_TRUE(m) << m.error().what;
  EXPECT_FALSE(m->base);
  ASSERT_EQ(m->incr.size(), 2u);
  EXPECT_EQ(m->incr[0].name, "a b.aof");
}

TEST(AofManifest, ReadsTheOffsetsOfRedis8) {
  const auto m = aof_manifest(
      "file a.base.rdb seq 1 type b\nfile a.1 seq 1 type i startoffset 10 endoffset 4711\n"
      "file a.2 seq 2 type i startoffset 4712\n");
  ASSERT_TRUE(m) << m.error().what;
  EXPECT_FALSE(m->base->start_offset);
  EXPECT_EQ(m->incr[0].start_offset, Offset{10});
  EXPECT_EQ(m->incr[0].end_offset, Offset{4711});
  EXPECT_EQ(m->incr[1].start_offset, Offset{4712});
  EXPECT_FALSE(m->incr[1].end_offset);
  EXPECT_THAT(fault("file a seq 1 type i startoffset 1x\n"), HasSubstr("line 1: startoffset"));
  EXPECT_THAT(fault("file a seq 1 type i endoffset x\n"), HasSubstr("line 1: endoffset"));
}

TEST(AofManifest, RefusesWhatTheServerRefuses) {
  EXPECT_EQ(fault(""), "it is empty");
  EXPECT_THAT(fault("\n"), HasSubstr("line 1"));
  EXPECT_THAT(fault("file a seq 1\n"), HasSubstr("line 1"));
  EXPECT_THAT(fault("file a seq 1 type\n"), HasSubstr("line 1"));
  EXPECT_THAT(fault("file a seq 0 type b\n"), HasSubstr("sequence"));
  EXPECT_THAT(fault("file a seq 1x type b\n"), HasSubstr("sequence"));
  EXPECT_THAT(fault("file a seq 1 type x\n"), HasSubstr("unknown type"));
  EXPECT_THAT(fault("file ../a seq 1 type b\n"), HasSubstr("path"));
  EXPECT_THAT(fault("file .. seq 1 type b\n"), HasSubstr("path"));
  EXPECT_THAT(fault("file \"a\\x00b\" seq 1 type b\n"), HasSubstr("path"));
  EXPECT_THAT(fault("file a seq 1 type b\nfile b seq 2 type b\n"), HasSubstr("line 2: a second base"));
  EXPECT_THAT(fault("file a seq 2 type i\nfile b seq 2 type i\n"), HasSubstr("line 2: the sequence"));
  EXPECT_THAT(fault("file " + std::string(1100, 'a') + " seq 1 type b\n"), HasSubstr("longer"));
}

TEST(AofManifest, RefusesEveryCutWithinALine) {
  for (std::size_t n = 0; n < usual.size(); ++n) {
    const bool at_line_end = n > 0 && usual[n - 1] == '\n';
    EXPECT_EQ(aof_manifest(usual.substr(0, n)).has_value(), at_line_end) << n;
  }
}

}  // namespace
}  // namespace slotwarden::formats
