#include "formats/kept_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slotwarden::formats {
namespace {

using testing::HasSubstr;

KeptCopy sample() {
  KeptCopy k;
  k.kept_unix_ms = 1'795'258'888'123;
  k.why = "replaced";
  k.who = "uid 0 (root), pid 4711: \"disk swap\"";
  k.from = "/var/lib/redis/7000/dump.rdb";
  k.port = Port{7000};
  k.node = NodeId{std::string(40, 'a')};
  k.shard = std::string(40, 's');
  k.state = DatasetState::too_new;
  k.detail = "RDB version 12";
  k.size = Bytes{18'446'744'073'709'551'615U};
  k.replid = "5f3a9c01" + std::string(32, '0');
  k.offset = Offset{48211};
  k.keys = 1003;
  k.keys_with_expiry = 0;
  k.saved_unix = 1'795'258'000;
  k.writer = "redis 7.0.15";
  k.sum = "00e5aa1234567890";
  k.sha256 = std::string(64, '7');
  k.saved_by = NodeId{std::string(40, 'b')};
  k.run_id = std::string(40, 'c');
  return k;
}

TEST(KeptCopy, IsReadAsItWasNoted) {
  const auto k = kept_copy(kept_note(sample()));
  ASSERT_TRUE(k) << k.error().what;
  EXPECT_EQ(*k, sample());
  const auto bare = kept_copy(kept_note(KeptCopy{}));
  ASSERT_TRUE(bare) << bare.error().what;
  EXPECT_EQ(*bare, KeptCopy{});
}

TEST(KeptCopy, PassesOverWhatItDoesNotKnow) {
  EXPECT_TRUE(kept_copy(R"({"state": "valid", "colour": {"red": 1}})"));
}

TEST(KeptCopy, IsRefusedWhereItsNoteIsDamaged) {
  const auto fault = [](std::string_view note) {
    const auto k = kept_copy(note);
    return k ? "accepted" : k.error().what;
  };
  for (const auto* note : {"", "{", "[]", "3", "null"}) EXPECT_THAT(fault(note), HasSubstr("not a JSON object"));
  EXPECT_THAT(fault("{}"), HasSubstr("'state'"));
  EXPECT_THAT(fault(R"({"state": "fine"})"), HasSubstr("'state'"));
  EXPECT_THAT(fault(R"({"state": "valid", "keys": -1})"), HasSubstr("'keys'"));
  EXPECT_THAT(fault(R"({"state": "valid", "keys": 1.5})"), HasSubstr("'keys'"));
  EXPECT_THAT(fault(R"({"state": "valid", "port": 70000})"), HasSubstr("'port'"));
  EXPECT_THAT(fault(R"({"state": "valid", "who": 7})"), HasSubstr("'who'"));
  EXPECT_THAT(fault(R"({"state": "valid", "crc64": "12"})"), HasSubstr("checksum"));
  EXPECT_THAT(fault(R"({"state": "valid", "sha256": "12"})"), HasSubstr("SHA-256"));
}

TEST(KeptCopy, IsCalledByItsAgeAndWhatSetsItApart) {
  EXPECT_EQ(kept_name(sample()), "20261121T110128Z-1003keys-repl5f3a9c01-offset48211.rdb");
  KeptCopy k;
  k.aof = true;
  EXPECT_EQ(kept_name(k), "19700101T000000Z.aof");
  EXPECT_TRUE(is_kept_name(kept_name(sample())));
}

TEST(KeptCopy, IsNeverCalledByAPath) {
  for (const auto* bad : {"", ".", "..", ".hidden", "a/b", "../dump.rdb", "x.rdb.json"})
    EXPECT_FALSE(is_kept_name(bad)) << bad;
  EXPECT_FALSE(is_kept_name(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_kept_name(std::string(300, 'a')));
}

}  // namespace
}  // namespace slotwarden::formats
