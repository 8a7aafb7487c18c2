// What a walk over hand-made records counts, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/packed_sample.h"
#include "formats/rdb.h"

namespace slotwarden::formats {
namespace {

using test::bytes_of;
using test::Listpack;
using test::little_endian;
using test::rdb_length;
using test::rdb_string;
using test::RdbSample;
using test::small_dump;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr RdbReader redis_8_6{13, false};
constexpr RdbReader valkey_9{80, true};

std::string number(std::uint32_t n) {
  return rdb_length(n);
}

// A key of this type with these bytes as its value.
std::string key(int type, std::string_view value, std::string_view name = "k") {
  return static_cast<char>(type) + rdb_string(name) + std::string(value);
}

Dataset check(const std::string& file, RdbReader reader = redis_8_6, RdbOptions options = {}) {
  RdbCheck c(reader, options);
  c.feed(bytes_of(file));
  return c.finish();
}

// Why a file whose only key is this is refused, or nothing. Its checksum is right: it was written so.
std::string refused(const std::string& records, const char* magic = "REDIS0013") {
  const auto d = check(RdbSample(magic).raw(std::string_view("\xfe\0", 2)).raw(records).whole(),
                       magic[0] == 'V' ? valkey_9 : redis_8_6);
  EXPECT_TRUE(d.state == DatasetState::valid || d.state == DatasetState::corrupt) << d.detail;
  return d.state == DatasetState::valid ? "" : d.detail;
}

TEST(RdbWalk, RefusesCollectionsThatNoServerWritesEmpty) {
  for (const int type : {1, 2, 3, 4, 5, 14, 18}) EXPECT_THAT(refused(key(type, number(0))), HasSubstr("it is empty"));
  EXPECT_THAT(refused(key(24, std::string(8, '\0') + number(0))), HasSubstr("it is empty"));
  for (const int type : {16, 17, 20})
    EXPECT_THAT(refused(key(type, rdb_string(Listpack().whole()))), HasSubstr("it is empty"));
  EXPECT_THAT(refused(key(18, number(1) + number(2) + rdb_string(Listpack().whole()))), HasSubstr("it is empty"));
  EXPECT_THAT(refused(key(18, number(1) + number(1) + rdb_string(""))), HasSubstr("a list node is empty"));
}

TEST(RdbWalk, TakesAnEmptyNodeOfAListThatIsNotEmpty) {
  EXPECT_EQ(refused(key(18, number(2) + number(2) + rdb_string(Listpack().whole()) + number(1) + rdb_string("x"))), "");
}

TEST(RdbWalk, FindsRepeatedMembersWhateverTheyAreWrittenAs) {
  const std::string twice = "a member occurs twice";
  EXPECT_THAT(refused(key(2, number(2) + rdb_string("12") + "\xc0\x0c")), HasSubstr(twice));
  EXPECT_EQ(refused(key(2, number(2) + rdb_string("12") + "\xc0\x0d")), "");
  const std::string forty(40, 'a');
  const auto packed = "\xc3" + number(5) + number(40) + std::string("\0a\xe0\x1e\0", 5);
  EXPECT_THAT(refused(key(4, number(2) + rdb_string(forty) + rdb_string("v") + packed + rdb_string("v"))),
              HasSubstr(twice));
  EXPECT_EQ(refused(key(1, number(2) + rdb_string("a") + rdb_string("a"))), "") << "a list may";
}

TEST(RdbWalk, RefusesScoresThatAreNone) {
  const auto zset = [](std::string_view score) { return key(3, number(1) + rdb_string("m") + std::string(score)); };
  EXPECT_EQ(refused(zset("\x03"
                         "1.5")),
            "");
  EXPECT_EQ(refused(zset("\xff")), "") << "-inf";
  EXPECT_THAT(refused(zset("\xfd")), HasSubstr("a score is not a number"));
  EXPECT_THAT(refused(zset("\x03"
                           "1.x")),
              HasSubstr("a score is not a number"));
  const auto nan = little_endian(0x7ff8000000000000, 8);
  EXPECT_THAT(refused(key(5, number(1) + rdb_string("m") + nan)), HasSubstr("a score is not a number"));
}

TEST(RdbWalk, KnowsWhatEachVersionCanHold) {
  const auto set = key(20, rdb_string(Listpack().text("a").whole()));
  EXPECT_EQ(refused(set, "REDIS0011"), "");
  EXPECT_THAT(refused(set, "REDIS0010"),
              HasSubstr("there is no record of type 20 (listpack of a set) in RDB version 10"));
  const auto hash_2 = key(22, number(1) + rdb_string("f") + rdb_string("v") + little_endian(5, 8));
  EXPECT_EQ(refused(hash_2, "VALKEY080"), "");
  EXPECT_THAT(refused(hash_2), HasSubstr("there is no record of type 22"));
  EXPECT_THAT(refused(key(24, ""), "VALKEY080"), HasSubstr("there is no record of type 24"));
  EXPECT_THAT(refused(key(27, "")), HasSubstr("there is no record of type 27 in RDB version 13, at byte 11"));
  EXPECT_THAT(refused(key(6, "")), HasSubstr("there is no record of type 6"));
}

TEST(RdbWalk, WantsAKeyBehindItsTimeToLive) {
  const auto expiry = "\xfc" + little_endian(5, 8);
  EXPECT_EQ(refused(expiry + "\xf8\x05\xf9\x07" + key(0, rdb_string("v"))), "");
  EXPECT_THAT(refused(expiry), HasSubstr("end of the file follows where the key"));
  EXPECT_THAT(refused(expiry + "\xfe" + number(1)), HasSubstr("database number follows where the key"));
  EXPECT_EQ(check(RdbSample().raw(key(0, rdb_string("v"))).whole()).detail,
            "there is a key before the first database, at byte 9");
}

TEST(RdbWalk, BoundsTheTimesToLiveOfFields) {
  const auto hash = [](std::uint64_t earliest, std::uint32_t ttl) {
    return refused(key(24, little_endian(earliest, 8) + number(1) + number(ttl) + rdb_string("f") + rdb_string("v")));
  };
  EXPECT_EQ(hash(1000, 0), "");
  EXPECT_EQ(hash(0xffff'ffff'ffff, 1), "");
  EXPECT_THAT(hash(0xffff'ffff'ffff, 2), HasSubstr("out of range"));
  EXPECT_THAT(hash(~std::uint64_t{0}, 1), HasSubstr("out of range"));
  EXPECT_THAT(refused(key(22, number(1) + rdb_string("f") + rdb_string("v") + little_endian(~std::uint64_t{1}, 8)),
                      "VALKEY080"),
              HasSubstr("out of range"));
}

TEST(RdbWalk, RefusesModuleDataInNoKnownForm) {
  EXPECT_EQ(refused(key(7, number(5) + std::string("\2\1\0", 3))), "");
  EXPECT_THAT(refused(key(7, number(5) + "\6")), HasSubstr("module data"));
  EXPECT_THAT(refused("\xf7" + number(5) + std::string("\1\1\0", 3)), HasSubstr("module data"));
}

std::string id(std::uint64_t ms) {
  std::string text(16, '\0');
  text[7] = static_cast<char>(ms);
  return text;
}

// A stream of Redis 7.0 with one node and one group.
std::string stream(std::string_view pending, std::string_view consumers, std::uint32_t nodes = 1) {
  const auto node = Listpack().number(1).number(0).number(0).number(0).number(2).number(0).number(0).number(3).whole();
  std::string text = number(nodes);
  if (nodes > 0) text += rdb_string(id(1)) + rdb_string(node);
  text += number(1) + std::string(7, '\1') + number(1) + rdb_string("group") + std::string(3, '\1');
  return key(19, text + std::string(pending) + std::string(consumers));
}

TEST(RdbWalk, ComparesWhatIsPendingWithWhatTheConsumersOwn) {
  const auto pending = [](std::uint64_t ms) { return id(ms) + std::string(8, '\0') + "\1"; };
  const auto consumer = [](std::string_view name, const std::string& owned, std::uint32_t count) {
    return rdb_string(name) + std::string(8, '\0') + number(count) + owned;
  };
  const auto two = number(2) + pending(1) + pending(2);
  EXPECT_EQ(refused(stream(two, number(2) + consumer("a", id(2), 1) + consumer("b", id(1), 1))), "");
  EXPECT_EQ(refused(stream(two, number(1) + consumer("a", id(1) + id(2), 2))), "");
  const auto differs = HasSubstr("what is pending for a consumer group is not");
  EXPECT_THAT(refused(stream(two, number(1) + consumer("a", id(1), 1))), differs);
  EXPECT_THAT(refused(stream(two, number(2) + consumer("a", id(1), 1) + consumer("b", id(1), 1))), differs);
  EXPECT_THAT(refused(stream(two, number(2) + consumer("a", id(2), 1) + consumer("b", id(3), 1))), differs);
  EXPECT_THAT(refused(stream(number(0), number(2) + consumer("a", "", 0) + consumer("a", "", 0))),
              HasSubstr("a member occurs twice"));
  EXPECT_THAT(refused(stream(number(2) + pending(2) + pending(2), number(0))), HasSubstr("ascending order"));
  EXPECT_THAT(refused(stream(number(0), number(0), 0)), HasSubstr("a stream has entries and no nodes"));
}

TEST(RdbWalk, NamesTheRecordAndTheByte) {
  const auto d = check(small_dump().raw(key(2, number(2) + rdb_string("m") + rdb_string("m"), "set")).whole());
  EXPECT_THAT(d.detail, HasSubstr("a member occurs twice, in a record of type 2 (set) that begins at byte"));
  ASSERT_TRUE(d.broken_at);
  const auto cut = check(small_dump().whole().substr(0, 140));
  EXPECT_THAT(cut.detail, HasSubstr("it ends in a record of type"));
  EXPECT_THAT(cut.detail, HasSubstr("after 140 bytes"));
}

TEST(RdbWalk, CountsByDatabase) {
  RdbSample s;
  s.database(2, 0).key("a", "1").key("b", "2").raw("\xfe").raw(number(7)).key("c", "3");
  RdbCheck c(redis_8_6);
  c.feed(bytes_of(s.whole()));
  const auto contents = c.contents();
  ASSERT_THAT(contents.databases, SizeIs(2));
  EXPECT_EQ(contents.databases[0].announced_keys, 2u);
  EXPECT_EQ(contents.databases[1].number, 7u);
  EXPECT_EQ(contents.databases[1].keys, 1u);
  EXPECT_FALSE(contents.databases[1].announced_keys);
  EXPECT_EQ(c.finish().keys, 3u);
}

TEST(RdbWalk, DoesNotGrowWithTheNumberOfDatabasesAndAuxiliaryFields) {
  RdbSample s;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    s.aux("name " + std::to_string(i), "value");
    s.raw("\xfe").raw(number(i)).key("a", "1");
  }
  RdbCheck c(redis_8_6);
  c.feed(bytes_of(s.whole()));
  EXPECT_THAT(c.contents().databases, SizeIs(DumpContents::most_databases));
  EXPECT_THAT(c.contents().aux, SizeIs(DumpContents::most_aux));
  EXPECT_EQ(c.finish().keys, 3000u);
}

TEST(RdbWalk, NamesTheLargestKeys) {
  RdbSample s;
  s.database(5, 0).key("small", "1").key("large", std::string(500, 'x')).key(std::string(300, 'n'), "2");
  s.raw(key(1, number(1) + rdb_string(std::string(400, 'y')), "list"));
  s.raw("\xfc").raw(little_endian(5, 8)).raw(std::string("\0\xc1\x2c\1\1v", 6));  // a number as its name
  for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{1}, std::size_t{50}}) {
    RdbCheck c(redis_8_6, {.biggest = 3});
    const auto file = s.whole();
    for (std::size_t at = 0; at < file.size(); at += piece) c.feed(bytes_of(std::string_view(file).substr(at, piece)));
    const auto all = c.contents().biggest;
    ASSERT_THAT(all, SizeIs(3));
    EXPECT_EQ(all[0].name, "large");
    EXPECT_EQ(all[0].size, Bytes{1 + 6 + 2 + 500});
    EXPECT_EQ(file.substr(all[0].at + 2, 5), "large");
    EXPECT_EQ(all[1].name, "list");
    EXPECT_EQ(all[1].kind, ValueKind::list);
    EXPECT_EQ(all[2].name, std::string(128, 'n'));
    EXPECT_EQ(all[2].name_length, 300u);
    RdbCheck every(redis_8_6, {.biggest = 100});
    every.feed(bytes_of(file));
    EXPECT_THAT(every.contents().biggest, SizeIs(5));
    EXPECT_EQ(every.contents().biggest[3].name, "300");
  }
}

TEST(RdbWalk, EndsWhereCommandsFollow) {
  const auto rdb = small_dump().whole();
  for (const std::size_t piece : {1u, 7u, 1000u}) {
    RdbCheck c(redis_8_6, {.commands_follow = true});
    const auto file = rdb + "*1\r\n$4\r\nPING\r\n";
    for (std::size_t at = 0; at < file.size() && !c.settled(); at += piece)
      c.feed(bytes_of(std::string_view(file).substr(at, piece)));
    EXPECT_TRUE(c.settled());
    EXPECT_EQ(c.finish().state, DatasetState::valid) << c.finish().detail;
    EXPECT_EQ(c.contents().length, rdb.size());
    EXPECT_EQ(c.finish().keys, 3u);
  }
  EXPECT_EQ(check(rdb.substr(0, rdb.size() - 1), redis_8_6, {.commands_follow = true}).state, DatasetState::truncated);
}

TEST(RdbWalk, VouchesForAFileWithoutAChecksumByItsNumberOfKeys) {
  EXPECT_EQ(check(RdbSample().database(2, 0).key("a", "1").key("b", "2").without_checksum()).state,
            DatasetState::valid);
  const auto d = check(RdbSample().database(3, 0).key("a", "1").key("b", "2").without_checksum());
  EXPECT_EQ(d.state, DatasetState::corrupt);
  EXPECT_EQ(d.detail, "database 0 has 2 keys and announces 3");
  EXPECT_EQ(check(RdbSample().database(1, 1).key("a", "1").without_checksum()).state, DatasetState::corrupt);
  EXPECT_EQ(check(RdbSample().database(3, 0).key("a", "1").whole()).state, DatasetState::valid) << "summed as it is";
}

TEST(RdbWalk, TellsWhatItDoesNotKnowFromWhatTheServerDoesNot) {
  const auto newer = check(RdbSample("REDIS0014").database(1, 0).key("a", "1").whole(), {99, false});
  EXPECT_EQ(newer.state, DatasetState::too_new);
  EXPECT_EQ(newer.detail, "RDB version 14, slotwarden knows up to version 13");
  EXPECT_EQ(check(RdbSample("VALKEY081").whole(), {0, false}).state, DatasetState::too_new);
}

TEST(RdbWalk, IsSettledOnceItIsBroken) {
  RdbCheck c(redis_8_6);
  c.feed(bytes_of(RdbSample().raw("\xf2").whole()));
  EXPECT_TRUE(c.settled());
  EXPECT_EQ(c.finish().broken_at, 9u);
}

}  // namespace
}  // namespace slotwarden::formats
